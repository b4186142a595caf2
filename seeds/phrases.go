package seeds

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"mediawatch/text"
)

// phraseKind says what a site's stock line does to the lines around it.
type phraseKind uint8

const (
	phraseNone phraseKind = iota
	phraseJunk            // a control or notice: cut wherever it stands
	phraseMid             // a pointer to another article: cut wherever it stands after the first paragraph
	phraseTail            // cut where the article has ended
	phraseList            // the heading of a list of other articles: what follows without a sentence's end is cut, too
	phraseAll             // the heading of what readers wrote: all that follows is cut
)

// stockPhrase is a class of lines that sites of any kind add to articles. No phrase names an outlet; names that occur
// are of services to share with, which publish nothing.
type stockPhrase struct {
	kind phraseKind
	re   *regexp.Regexp
}

const (
	services = `(?:facebook|twitter|x|x \(twitter\)|instagram|telegram|whatsapp|linkedin|reddit|pinterest|tumblr|vk|viber|line|youtube|tiktok|threads|bluesky|mastodon|messenger|wechat|weibo|e-?mail|email|mail|print|copy link|link|sms|pocket|flipboard|google news|rss|xing|пошта|почта)`
	// thisPiece is "this article" and its like in the languages the patterns cover.
	thisPiece = `(?: (?:this|the|diesen?|diese|dieses|den|die|das|cet|cette|ce|l'|este|esta|esto|el|la|questo|questa|dit|deze|это|эту|этой|هذا|هذه|این|bu))? ?(?:article|story|page|post|news|item|piece|content|artikel|beitrag|seite|meldung|text|l'article|artículo|noticia|nota|página|articolo|notizia|bericht|artigo|notícia|matéria|статью|статьей|новость|новостью|страницу|материал|المقال|الخبر|المقالة|الصفحة|خبر|مطلب|صفحه|haberi|sayfayı|yazıyı|makaleyi|içeriği)`
	// paywalled is what a site says where its text is for subscribers, wherever it breaks off.
	paywalled = `.{0,60}(?:w ramach subskrypcji|nur für abonnenten|réservé aux abonnés|exclusivo para (?:suscriptores|assinantes)|solo per (?:gli )?abbonati|alleen voor abonnees|for subscribers only|subscribers only|только для подписчиков|abonelere özel|会员专享|會員專享|会員限定).{0,60}|(?:masz już konto|already (?:a subscriber|have an account|registered)|(?:sie haben )?bereits (?:abonnent|registriert|ein konto)|déjà abonné|ya (?:eres suscriptor|tienes cuenta)|já é assinante|sei già abbonato|heb je al een|уже есть аккаунт|zaten abone).{0,60}`
)

// phraseSources are written as people write; phraseTable folds them as it folds the lines. Wide gaps are unbounded
// here, since a line has at most longestStock words: counted ones cost memory.
var phraseSources = []struct {
	kind     phraseKind
	patterns []string
}{
	{phraseJunk, []string{
		`(?:please )?(?:share|tweet|print|e-?mail|email|save|bookmark|like|recommend|rate|send|copy|gift|listen to|report)` + thisPiece + `(?: (?:on|via|to|with) .{1,40})?`,
		services + `|share|tweet|print|e-?mail|save|like|bookmark|copy link|link copied|copied|listen|reprints|share (?:now|via|on|this|with)(?: .{1,30})?|share on ` + services,
		`(?:share|teilen|partager|compartir|compartilhar|condividi|delen|поделиться|paylaş|شارك|اشتراک گذاری|分享|シェア|공유)?(?:[\s:|,•·/&-]*` + services + `){2,}`,
		`(?:artikel )?(?:teilen|drucken|merken|speichern|vorlesen|versenden|anhören|kommentieren)(?: (?:auf|bei|per|via|mit|über) .{1,30})?|(?:diesen )?(?:artikel|beitrag|seite) (?:teilen|drucken|vorlesen|anhören|merken|empfehlen|versenden|weiterempfehlen)`,
		`(?:partager|imprimer|envoyer|enregistrer|écouter|sauvegarder|réagir|commenter)(?:` + thisPiece + `)?(?: (?:sur|par|via|avec) .{1,30})?|temps de lecture.{0,20}|lecture ?:? ?\d+ ?min.{0,10}`,
		`(?:compartir|compartilhar|compartilhe|comparte|imprimir|guardar|enviar|escuchar|condividi|stampa|salva|ascolta|delen|deel|dela|del|afdrukken|bewaar|udostępnij|drukuj)(?:` + thisPiece + `)?(?: (?:en|por|em|no|na|pelo|su|via|op|på|til) .{1,30})?`,
		`(?:поделиться|поделитесь|распечатать|печать|версия для печати|сохранить|отправить|слушать)(?:` + thisPiece + `)?(?: (?:в|на|с|через|по) .{1,30})?|поділитися(?: .{1,20})?`,
		`(?:شارك|شاركها|مشاركة|اطبع|طباعة|حفظ|استمع|انشر|نسخ الرابط)(?:` + thisPiece + `)?(?: (?:على|عبر|مع) .{1,30})?|شارك (?:هذا |هذه )?(?:الخبر|المقال|المقالة|الموضوع).{0,20}`,
		`(?:اشتراک گذاری|به اشتراک بگذارید|چاپ|ذخیره|ارسال|کپی لینک|لینک کوتاه)(?:` + thisPiece + `)?(?: (?:در|با|به) .{1,20})?|(?:paylaş|yazdır|kaydet|dinle|gönder)(?:` + thisPiece + `)?|(?:haberi|bu haberi|sayfayı|yazıyı) (?:paylaş|yazdır|dinle|kaydet|gönder).{0,10}`,
		`(?:分享|打印|收藏|转发|点赞|评论|字号|复制链接)(?:到|至)?[:：]?(?:此文|本文|文章|新闻|本页|微信|微博|朋友圈|qq空间|qq|好友|大 ?中 ?小)*|(?:(?:この)?記事を)?(?:シェア|シェアする|ツイート|印刷|印刷する|保存|保存する|共有|共有する|ポスト|ポストする|送る|ブックマーク)(?:する)?|(?:(?:기사 ?)?(?:공유|공유하기|인쇄|인쇄하기|스크랩|글자크기)(?: ?조절)?)`,
		`\d+ ?(?:-|–)?\d* ?(?:min|mins|minute|minutes|minuten|minutos|minuti|мин|минут|دقيقة|دقائق|دقیقه|dk|dakika|分钟|分)\.? ?(?:read|reading time|lesezeit|de lecture|de lectura|di lettura|leestijd|чтения|قراءة|okuma|阅读)?`,
		`(?:reading time|read time|lesezeit|lesedauer|tiempo de lectura|tempo di lettura|tempo de leitura|leestijd|время чтения|مدة القراءة|زمان مطالعه|okuma süresi|阅读时间|読了時間).{0,24}`,
		`(?:published |posted |updated )?(?:\d+|an?|one|two|few) (?:second|minute|hour|day|week|month|year)s? ago|just now|yesterday|today|(?:vor|hace|il y a|há|for|для) \d+ (?:sekunden?|minuten?|stunden?|tagen?|segundos?|minutos?|horas?|días?|minutes?|heures?|jours?)|\d+ (?:минут|часов|часа|час|дней) назад|(?:منذ|قبل) .{1,15}|\d+ (?:小时|分钟|天)前|\d+ ?(?:時間|分|日)前|\d+ (?:saat|dakika|gün) önce`,
		`\d+ ?(?:views?|comments?|shares?|likes?|reads?|kommentare?|aufrufe|commentaires?|comentarios?|vistas|reacties|просмотр(?:ов|а)?|комментари(?:ев|я|й)|تعليق(?:ات)?|مشاهدة|نظر|yorum|görüntülenme|阅读|评论|回复)`,
		`(?:views?|comments?|hits|shares?|aufrufe|просмотров|просмотры|المشاهدات|عدد المشاهدات|تعداد بازدید|okunma|阅读量|浏览) ?[:：(]? ?[\d.,]+\)?`,
		`advertisements?|ad|ads|sponsored(?: content)?|promoted|anzeige|werbung|publicité|annonce|publicidad|anuncio|pubblicità|advertentie|reklama?|реклама|إعلان|اعلان|تبلیغات|آگهی|reklam|广告|広告|광고|(?:article|story) continues (?:below|after).{0,40}|advertisement.{0,6}(?:story|article|scroll).{0,30}|continue reading(?: below)?|scroll (?:down )?to continue.{0,30}`,
		`(?:error|fehler|erreur|errore|ошибка|خطأ|خطا|hata|错误|エラー)[!.:] ?.{0,60}|loading\.*|please wait\.*|wird geladen\.*|chargement\.*|cargando\.*|загрузка\.*|javascript (?:is|must|needs).{0,80}|(?:please )?enable javascript.{0,80}|your browser does not support.{0,80}|(?:video|audio) player.{0,20}|(?:play|watch) (?:video|audio)|no compatible source.{0,60}`,
		`(?:back to top|nach oben|zum seitenanfang|haut de page|retour en haut|volver arriba|torna su|наверх|إلى الأعلى|بازگشت به بالا|yukarı|返回顶部|ページトップへ?|トップへ戻る)`,
		`(?:text size|font size|schriftgröße|taille du texte|tamaño de letra|dimensione testo|размер шрифта|حجم الخط|اندازه متن|yazı boyutu|a[- ]a\+?|a\+ ?a-?).{0,14}`,
		`(?:log ?in|sign in|sign up|register|subscribe|subscribe now|anmelden|abonnieren|registrieren|se connecter|s'abonner|s'inscrire|iniciar sesión|suscríbete|accedi|abbonati|войти|подписаться|اشترك|تسجيل الدخول|عضویت|ورود|abone ol|giriş yap|登录|注册|訂閱|订阅|ログイン|会員登録)(?: (?:now|here|today|jetzt|ici|aquí))?`,
	}},
	{phraseJunk, []string{
		`(?:dalsza część artykułu|ciąg dalszy|artykuł).{0,12} pod reklamą|(?:der )?artikel wird nach der anzeige fortgesetzt|la suite après.{0,30}|continúa (?:después|tras) de la publicidad|(?:a )?matéria continua após.{0,30}|l'articolo continua dopo.{0,30}|(?:tekst|artikel) gaat verder (?:na|onder).{0,30}|продолжение (?:после|под) реклам.{0,10}|विज्ञापन|advertentie|publicidade|annons|annonse|mainos|διαφήμιση|פרסומת|iklan|quảng cáo|hirdetés|publicitate`,
		paywalled,
		`(?:posłuchaj|hör(?:en sie)?|listen to|écouter|escucha|ouça|ascolta|beluister|слушать|прослушать|dinle)(?: .{0,30})?(?: ?[(（] ?\d+ ?(?:min|мин|dk).{0,8}[)）])?`,
		`(?:zgłoś (?:błąd|naruszenie).{0,20}|udostępnij|drukuj|polub|skomentuj|поширити|надрукувати|sdílet|tisknout|jaa|tulosta|megosztás|nyomtatás|distribuie|tipărește|κοινοποίηση|εκτύπωση|שתפו|הדפסה|शेयर करें|फॉलो करें|प्रिंट|bagikan|cetak|chia sẻ|프린트|프린트하기|글씨크기|글자 ?크기.{0,8}|본문 글자 ?크기.{0,8}|기사 ?저장|링크 ?복사|url ?복사|字體|列印|收藏|分享文章|字級|copiar (?:link|enlace)|copia link|kopiuj link|link kopieren|copier le lien|kopieer link|скопировать ссылку)`,
		`(?:کد خبر|شناسه خبر|کد مطلب|شماره خبر|رقم الخبر|news (?:id|code)|article (?:id|no|code|number)|story (?:id|code)|id|haber (?:no|kodu)|artikel-?nr|nr|稿件编号|记事id|記事id) ?[:：.#]? ?[\d/-]{2,20}`,
	}},
	{phraseMid, []string{
		`(?:read (?:also|more|next|this)|also read|see also|see more|more on this|related(?: article| story| news)|don't miss) ?[:|»>-] ?.{3,}`,
		`(?:lesen sie (?:auch|mehr|dazu|hierzu)|mehr dazu|lesetipp|siehe auch|dazu auch|auch interessant) ?[:|»>-] ?.{3,}`,
		`(?:lire aussi|à lire (?:aussi|également)?|voir aussi|lire également|lire la suite|sur le même sujet) ?[:|»>-] ?.{3,}`,
		`(?:lee también|leer más|lea también|le puede interesar|te puede interesar|vea también|ver también|más información|leia (?:também|mais)|veja também|saiba mais|leggi anche|vedi anche|lees ook|zie ook|läs också|les også|læs også|czytaj (?:też|także|więcej)|zobacz (?:też|także)) ?[:|»>-] ?.{3,}`,
		`(?:читайте также|читать также|смотрите также|по теме|также по теме|подробнее|читайте також) ?[:|»>-] ?.{3,}`,
		`(?:اقرأ أيضا|اقرأ أيضاً|إقرأ أيضا|اقرأ المزيد|شاهد أيضا|طالع أيضا|مواضيع ذات صلة|بیشتر بخوانید|بیشتر بدانید|همچنین بخوانید|مطالب مرتبط) ?[:|»>-] ?.{3,}`,
		`(?:यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|baca juga|xem thêm|đọc thêm|citește și|διαβάστε επίσης|lue myös|čtěte také|přečtěte si|olvasta már|további|קראו גם|vídeos?|videos?|veja|photos?|fotos|galerie|diaporama|bildergalerie|foto(?:strecke|galerie)|in bildern) ?[:|»>-] ?.{3,}`,
		`(?:ayrıca okuyun|bunu da okuyun|ilgili haber|okumaya devam et|相关阅读|相关新闻|延伸阅读|另请参阅|推荐阅读|関連記事|あわせて読みたい|合わせて読みたい|관련기사) ?[:|»>-] ?.{3,}`,
	}},
	{phraseTail, []string{
		`.{0,80}(?:can|may) (?:also )?be (?:accessed|reached|viewed|visited|read|found) (?:at|on|via|through|under) (?:the |these |our )?(?:following|alternate|alternative|other|mirror).{0,80}`,
		`(?:this|the) (?:news|story|article|report|item|post|content|piece)(?: item| story| article)? (?:has been|was|is) (?:collected|gathered|compiled|aggregated|syndicated|republished|reposted|automatically|auto-?generated|generated|provided|sourced|published (?:from|via)).*`,
		`.*click (?:here |on the link |below )?(?:to (?:enter|visit|open|see|read|view|go to)|for) .{0,60}`,
		`click here.{0,80}|(?:source|original) (?:link|article|url|text|story)(?: ?[:：].*)?|(?:原文網址|原文网址|原文連結|原文链接|원문|元記事|original-?link|lien original|enlace original) ?[:：].*|link to (?:the )?(?:source|original).{0,60}|read (?:the )?(?:full|original|whole|rest of the) (?:article|story|text|report).{0,80}|(?:via|source|quelle|fuente|fonte|bron|källa|kilde|źródło|zdroj|lähde|forrás|sursa|πηγή|מקור|स्रोत|sumber|nguồn|источник|джерело|المصدر|مصدر|منبع|kaynak|来源|來源|消息来源|出典|提供|출처) ?[:：] ?.+`,
		`.{0,60}(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati|riproduzione riservata|alle rechten voorbehouden|med ensamrätt|wszelkie prawa zastrzeżone|все права защищены|جميع الحقوق محفوظة|کلیه حقوق.{0,40}محفوظ|تمامی حقوق.{0,40}محفوظ|tüm hakları saklıdır|版权所有|著作権.{0,30}|無断転載.{0,20}|禁无断转载|무단.{0,6}전재.{0,30}).*`,
		`(?:©|\(c\)|copyright) ?.*|.{0,12}(?:저작권자|版權所有|著作權).{0,80}|.{0,60}(?:усі|всі) права (?:захищено|захищені).{0,60}|.{0,60}सर्वाधिकार सुरक्षित.{0,40}|.{0,60}© ?(?:19|20)\d\d.{0,80}|.{0,80}(?:may not be (?:published|reproduced|copied|redistributed|used)|without (?:the )?(?:prior |express )?(?:written )?permission).*`,
		`(?:follow|find|join|connect with|like) (?:us|our|me|.{2,30}) (?:on|at|in|via) .{1,80}|(?:join|subscribe to|follow) (?:our|the) .{0,60}(?:channel|group|page|feed).{0,60}|download (?:our|the) .{0,40}app.{0,60}|get (?:the|our) .{0,40}(?:app|newsletter|headlines|updates).{0,80}`,
		`(?:sign up|subscribe|register)(?: now| today| here)? (?:for|to) .+|.{0,80}(?:newsletter|e-?mail alerts|push notifications).*|.{0,40}(?:straight to|delivered to|in) your inbox.{0,60}|(?:support|donate|become a (?:member|supporter|subscriber)).*(?:journalism|today|us|now|here)|never miss .{0,60}|stay (?:informed|up to date|tuned|connected).{0,60}`,
		`(?:contact|write to|e-?mail|reach) (?:us|the (?:author|editor|newsroom|reporter|writer)|our .{1,30}).*|(?:got|have) (?:a )?(?:tip|story|question|comment|news|feedback|correction|something).*|(?:send|submit) (?:us )?(?:your|a) .{0,60}(?:tip|comment|letter|feedback|stor).{0,60}|(?:report|spotted|found|see) (?:an?|any) (?:error|mistake|typo|correction|problem).{0,60}|corrections?(?: policy| and clarifications)?`,
		`(?:additional )?(?:reporting|writing|editing|compiled|translated|edited|written|produced|reported) (?:and (?:editing|writing) )?by .{2,}|with (?:inputs?|files|reporting|material|additional reporting) (?:from|by) .{2,}|.{2,40} contributed to this (?:report|story|article)`,
		`(?:for|get) more (?:information|news|stories|updates|on this|details|coverage).*|visit (?:us|our|the|www|https?).*|(?:about|more about) (?:us|the author|this site)|(?:terms|conditions|terms of (?:use|service)|privacy(?: policy| notice)?|cookie (?:policy|settings|preferences)|imprint|impressum|contact(?: us)?|advertise(?: with us)?|careers|sitemap|help|faq|about|disclaimer|datenschutz|mentions légales|aviso legal|accessibility)(?:[\s|·•/,-]+(?:terms|conditions|of (?:use|service)|privacy|policy|cookies?|imprint|impressum|contact|us|advertise|careers|sitemap|help|faq|about|disclaimer|datenschutz|settings))*`,
		`(?:this|our) (?:site|website|page) uses cookies.*|we use cookies.*|wir verwenden cookies.*|(?:nous utilisons|ce site utilise) des cookies.*|(?:utilizamos|este sitio usa) cookies.*|(?:the )?views expressed .*|(?:the )?opinions expressed .*|disclaimer ?: .*`,
		`(?:tags?|topics?|keywords?|filed under|labels?|schlagwörter|schlagworte|themen|stichwörter|thèmes?|sujets|mots[- ]clés|étiquettes|etiquetas|temas|palabras clave|palavras[- ]chave|tópicos|argomenti|parole chiave|onderwerpen|trefwoorden|ämnen|tagi|słowa kluczowe|теги|метки|темы|ключевые слова|الكلمات المفتاحية|كلمات مفتاحية|كلمات دلالية|الوسوم|وسوم|برچسب ها|برچسب‌ها|برچسبها|کلیدواژه‌ها|کلید واژه ها|کلیدواژه ها|etiketler|anahtar kelimeler|konular|标签|标签|關鍵字|关键词|关键字|タグ|キーワード|태그) ?[:：] ?.+`,
		`(?:end|ends|ende|fin|fine|konec|конец|ende der meldung|end of (?:article|story|text|document)|-?30-?|#{3,}|###|انتهى|پایان|پایان پیام|انتهای پیام|完|（完）|\(完\)|\(ende\)|終わり)(?:/+|\.)?|انتهای پیام.{0,12}|پایان پیام.{0,12}`,
		`(?:previous|next|prev|older|newer)(?: (?:article|story|post|page|news|entry))?(?: ?[:»›>→←‹«-].*)?|(?:vorheriger|nächster|voriger) (?:artikel|beitrag)(?: ?[:»›>→←‹«-].*)?|article (?:suivant|précédent)(?: ?[:»›>-].*)?|(?:artículo|noticia) (?:siguiente|anterior)(?: ?[:»›>-].*)?|(?:следующая|предыдущая) (?:статья|новость).*|上一篇.*|下一篇.*|前の記事.*|次の記事.*`,
		`(?:folgen sie uns|folge uns|abonnieren sie|jetzt abonnieren|melden sie sich|unser newsletter|hier geht es|hier geht's|mehr (?:zum thema|nachrichten|infos|informationen|aus)|zur startseite|zur übersicht|zurück zur?|quellen?(?:angabe)?|mit material von|redaktion|(?:haben sie )?fehler (?:gefunden|entdeckt|melden)|original(?:artikel|beitrag)?|dieser (?:artikel|text|beitrag) (?:erschien|ist (?:zuerst )?erschienen|stammt|wurde)|diese meldung (?:wurde|stammt)).*`,
		`(?:suivez[- ](?:nous|notre)|abonnez[- ]vous|inscrivez[- ]vous|recevez|téléchargez (?:notre|l)|cliquez (?:ici|sur)|retrouvez|pour en savoir plus|avec (?:l')?(?:afp|agences?)|cet article (?:a été|est)|soutenez|faites un don|signaler une (?:erreur|faute)|la rédaction).*`,
		`(?:síguenos|síganos|suscríbete|suscríbase|recibe|descarga|haga clic|haz clic|para más información|con información de|este artículo (?:fue|ha sido|se publicó)|esta (?:nota|noticia) (?:fue|ha sido)|apoya|siga-nos|assine|inscreva-se|clique aqui|com informações d|seguici|iscriviti|clicca qui|volg ons|schrijf je in|abonneer|följ oss|prenumerera|følg oss|følg os|obserwuj nas|zapisz się|kliknij).*`,
		`(?:подписывайтесь|подпишитесь|следите за|присоединяйтесь|читайте нас|наш (?:телеграм|канал)|нашли ошибку|если вы (?:нашли|заметили)|выделите|при (?:использовании|перепечатке|цитировании)|оригинал статьи|источник|ссылка на источник|підписуйтесь|фото на обложке|редактор|автор) ?.*`,
		`(?:تابعونا|تابعنا|اشتركوا?|انضموا?|اضغط هنا|انقر هنا|حمل (?:تطبيق|التطبيق)|حملوا|للمزيد|لمزيد من|المصدر|المصادر|رابط المصدر|نقلا عن|يمكنكم|لمتابعة).*|(?:ما را|به کانال|به ما|در تلگرام|دنبال کنید|عضو|برای (?:اطلاع|دریافت|مشاهده)|اینجا کلیک|لینک خبر|کد خبر|منبع خبر|نسخه چاپی|نظرات شما).*`,
		`(?:bizi (?:takip|.{0,20}takip)|takip edin|abone olun|kanalımıza|tıklayın|buraya tıkla|haber kaynağı|kaynak|daha fazla (?:haber|bilgi)|uygulamamızı).*|(?:责任编辑|责编|编辑|責任編輯|校对|审核|关注我们|扫码|扫描二维码|点击(?:这里|进入|查看)|原文链接|本文来源|阅读原文|更多.{0,10}请|下载.{0,12}客户端|声明|免责声明|版权声明|未经授权).*|(?:フォローする|公式(?:x|ツイッター|line|アプリ)|会員限定|続きを読む|ニュースレター|メルマガ|お問い合わせ|本記事は|この記事は.{0,40}(?:転載|提供|配信)|元記事|記事提供|クリックして).*|(?:구독|팔로우|기자 .{0,20}@|저작권자).*`,
	}},
	{phraseList, []string{
		`(?:related|more|most|other|latest|top|popular|trending|recommended|similar|further|recent|editors?'?s?|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|what to read next|up next|read (?:more|next|also|on)|see also|see more|more (?:from|on|in|stories|news|like).{0,40}|also (?:read|on|in)(?: this| the)?(?: section| site| topic)?|in (?:other|this) (?:news|section|story)|elsewhere|around the web|from the web)(?: (?:read|viewed|popular|shared|commented|articles?|stories|story|news|posts?|topics?|links?|content|coverage|reading|headlines|picks?|videos?|for you|now|this week|today))*[:：]?`,
		`(?:lesen sie (?:auch|mehr|dazu)|mehr zum thema|mehr aus.{0,40}|mehr von.{0,30}|das könnte (?:sie|dich) (?:auch )?interessieren|auch interessant|weitere (?:artikel|meldungen|nachrichten|themen|beiträge).{0,30}|meistgelesen(?:e artikel)?|neueste (?:artikel|nachrichten|meldungen)|ähnliche (?:artikel|beiträge)|siehe auch|verwandte (?:artikel|themen)|zum thema|themen)[:：]?`,
		`(?:à lire (?:aussi|également)?|lire aussi|voir aussi|sur le même (?:sujet|thème)|articles? (?:liés|similaires|associés|récents)|les plus lus|vous aimerez (?:aussi|peut-être)|à la une|dans la même rubrique|plus d'articles|contenus? (?:liés|sponsorisés?)|pour aller plus loin)[:：]?`,
		`(?:noticias? relacionadas?|artículos? relacionados?|más (?:noticias|leídas?|leídos|información|sobre.{0,30}|en.{0,30})|lo más (?:leído|visto)|te puede interesar|le puede interesar|también te puede interesar|lee también|lea también|ver también|temas relacionados|leia (?:também|mais)|veja também|notícias relacionadas|mais lidas|leggi anche|articoli correlati|i più letti|potrebbe interessarti|lees ook|meer over.{0,40}|gerelateerd|läs (?:också|mer|även)|mest läst|les også|læs også|czytaj (?:też|także)|zobacz także|polecane|najczęściej czytane)[:：]?`,
		`(?:читайте также|по теме|материалы по теме|похожие (?:статьи|материалы|новости)|другие новости|самое читаемое|популярное|главное|последние новости|ещё по теме|еще по теме|новости по теме|рекомендуем|читайте також)[:：]?`,
		`(?:اقرأ أيضا|إقرأ أيضا|اقرأ المزيد|مواضيع ذات صلة|أخبار ذات صلة|مقالات ذات صلة|المزيد من.{0,30}|الأكثر قراءة|قد يعجبك أيضا|قد يهمك(?: أيضا)?|شاهد أيضا|أحدث الأخبار|آخر الأخبار|مطالب مرتبط|اخبار مرتبط|بیشتر بخوانید|پربازدیدترین(?: ها)?|پربازدیدها|آخرین اخبار|خبرهای مرتبط|همچنین بخوانید)[:：]?`,
		`(?:ilgili (?:haberler|konular|içerikler)|benzer haberler|en çok okunanlar?|bunlar da ilginizi çekebilir|ilginizi çekebilir|son (?:dakika )?haberler|diğer haberler|ayrıca okuyun|相关(?:阅读|新闻|文章|报道|链接|推荐)|相關(?:閱讀|新聞|文章|報道|報導|連結|推薦)|延伸阅读|延伸閱讀|推荐(?:阅读|新闻)|推薦(?:閱讀|新聞|文章)|热门(?:文章|新闻|推荐)|熱門(?:文章|新聞|推薦)|更多(?:新闻|新聞|内容|內容|推荐|推薦)?|猜你喜欢|猜你喜歡|(?:संबंधित|अन्य|ताजा|और) (?:खबरें|समाचार|लेख)|ये भी पढ़ें|यह भी पढ़ें|इसे भी पढ़ें|(?:berita|artikel) (?:terkait|lainnya|terpopuler)|baca juga|tin (?:liên quan|khác)|bài viết liên quan|xem thêm|kapcsolódó (?:cikkek|hírek)|ajánlott|știri similare|citește și|σχετικά (?:άρθρα|νέα)|διαβάστε (?:επίσης|ακόμη)|כתבות (?:נוספות|קשורות)|související (?:články)?|čtěte (?:také|dále)|mohlo by vás zajímat|lue (?:myös|lisää)|aiheesta lisää|最新(?:新闻|消息)|関連(?:記事|ニュース|リンク|キーワード)|おすすめ(?:記事)?|あわせて読みたい|人気記事|最新(?:記事|ニュース)|アクセスランキング|ランキング|관련 ?(?:기사|뉴스)|인기 ?기사|많이 본 .{0,8})[:：]?`,
	}},
	{phraseAll, []string{
		`(?:view|read|see|show|voir|lire|ver|leggi|vedi|lees|bekijk|zobacz|смотреть|читать)(?: all| the| les?| los| i| tutti i| de| alle)? ?(?:\d+ )?(?:comments?|commentaires?|comentarios|comentários|commenti|reacties|komentarze|комментарии)(?: ?[(（] ?\d+ ?[)）])?|\d+ (?:komentarz[ey]?|komentarzy|kommentarer|kommentaria|hozzászólás|comentarii|yorum|टिप्पणियां)|댓글 \d+|留言 ?[(（]? ?\d+ ?[)）]?`,
		`(?:\d+ )?(?:comments?|replies|discussion|responses)(?: ?[(（:]? ?\d* ?[)）]?)?|leave a (?:comment|reply)|post a comment|join the (?:conversation|discussion).{0,40}|write a comment.{0,30}|what do you think.{0,60}|(?:\d+ )?(?:kommentare?|leserkommentare|diskussion)(?: ?[(（:]? ?\d* ?[)）]?)?|(?:schreiben sie|kommentar (?:schreiben|verfassen|hinterlassen)).{0,40}|diskutieren sie.{0,40}`,
		`(?:\d+ )?(?:commentaires?|réactions?|comentarios?|comentários?|commenti|reacties|kommentarer|komentarze)(?: ?[(（:]? ?\d* ?[)）]?)?|laisser un commentaire|laissez un commentaire|deja (?:un|tu) comentario|deixe (?:um|seu) comentário|lascia un commento|dodaj komentarz`,
		`(?:\d+ )?(?:комментари[ийя]|комментариев|обсуждение|коментарі)(?: ?[(（:]? ?\d* ?[)）]?)?|(?:оставить|добавить|написать) комментарий|(?:التعليقات|تعليقات|أضف تعليقا?|اترك تعليقا?|اكتب تعليقا?)(?: ?[(（:]? ?\d* ?[)）]?)?.{0,20}|(?:نظرات(?: کاربران)?|دیدگاه(?:‌ها| ها)?|ارسال نظر|نظر شما|دیدگاه خود را.{0,30})(?: ?[(（:]? ?\d* ?[)）]?)?|(?:yorumlar|yorum (?:yap|yaz|ekle)|yorumunuzu.{0,20})(?: ?[(（:]? ?\d* ?[)）]?)?|(?:网友评论|发表评论|评论区|全部评论|留言|評論|網友評論|发表留言|टिप्पणियां|टिप्पणी|komentar|bình luận|hozzászólások?|comentarii|σχόλια|תגובות|コメント(?:する|を書く|欄)?|댓글)(?: ?[(（:]? ?\d* ?[)）]?)?`,
	}},
}

// phraseTable holds the folded patterns, most telling kind first. They are compiled when the first text is read, not
// when the program starts.
var phraseTable = sync.OnceValue(compilePhrases)

func compilePhrases() []stockPhrase {
	var out []stockPhrase
	for _, kind := range []phraseKind{phraseAll, phraseMid, phraseList, phraseJunk, phraseTail} {
		for _, src := range phraseSources {
			if src.kind != kind {
				continue
			}
			for _, p := range src.patterns {
				out = append(out, stockPhrase{kind, regexp.MustCompile(`^(?:` + text.Fold(p) + `)\s*[.!:]*$`)})
			}
		}
	}
	return out
}

// longestPhrase is the length in bytes of a folded line above which it is no stock phrase.
const longestPhrase = 420

// longestStock is the number of words above which a line is compared with no pattern.
const longestStock = 45

// phraseOf tells which kind of stock line s is.
func phraseOf(s string) phraseKind {
	if len(s) > longestPhrase {
		if promo(s) {
			return phraseJunk
		}
		return phraseNone
	}
	f := phraseForm(s)
	if f == "" || words(s) > longestStock {
		if promo(s) {
			return phraseJunk
		}
		return phraseNone
	}
	for _, p := range phraseTable() {
		if p.re.MatchString(f) {
			return p.kind
		}
	}
	if promo(s) {
		return phraseJunk
	}
	return phraseNone
}

// phraseForm folds a line and takes decoration off its ends.
func phraseForm(s string) string {
	f := strings.Join(strings.Fields(text.Fold(s)), " ")
	return strings.TrimFunc(f, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '©' && r != '#' && r != '(' && r != ')' && r != ':' && r != '!' && r != '.'
	})
}
