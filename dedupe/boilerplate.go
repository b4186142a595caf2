package dedupe

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/zeebo/xxh3"
)

// maxBoilerplate is the number of tokens a line may have to be taken for boilerplate: stock sentences belong to the article.
const maxBoilerplate = 14

// Boilerplate says which lines of a text belong to its site. The zero value knows the general phrases only, which are
// part of the version of the normal form.
type Boilerplate struct {
	learned map[uint64]bool // hashes of lines in normal form
}

// Learned returns the general phrases together with lines that were learned. How lines are compared is the normal
// form's: typography does not matter.
func Learned(lines ...string) Boilerplate {
	bp := Boilerplate{make(map[uint64]bool, len(lines))}
	for _, line := range lines {
		var t tokens
		t.add(decode(line))
		if t.n > 0 {
			bp.learned[xxh3.Hash(t.buf)] = true
		}
	}
	return bp
}

// with returns what either knows.
func (bp Boilerplate) with(o Boilerplate) Boilerplate {
	both := Boilerplate{make(map[uint64]bool, len(bp.learned)+len(o.learned))}
	maps.Copy(both.learned, bp.learned)
	maps.Copy(both.learned, o.learned)
	return both
}

// cut returns a plain text without the lines that were learned.
func (bp Boilerplate) cut(plain string) string {
	var out strings.Builder
	var t tokens
	for line := range lines(plain) {
		t.reset(position{})
		t.add(line)
		if !bp.learnt(t.buf) {
			out.WriteString(line)
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// without returns the lines, in normal form, that were not learned.
func (bp Boilerplate) without(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return bp.learned[xxh3.HashString(line+" ")] })
}

// holdsAny reports whether one of the lines with these hashes was learned.
func (bp Boilerplate) holdsAny(lines []uint64) bool {
	return len(bp.learned) > 0 && slices.ContainsFunc(lines, func(h uint64) bool { return bp.learned[h] })
}

// learnt reports whether a line of tokens, each followed by a space, was learned.
func (bp Boilerplate) learnt(line []byte) bool {
	return len(bp.learned) > 0 && bp.learned[xxh3.Hash(line)]
}

// general reports whether a line of n tokens, each followed by a space, is boilerplate of any site.
func general(line []byte, n int) bool {
	if n > maxBoilerplate {
		return false
	}
	if phrases()[string(line)] {
		return true
	}
	for _, p := range patterns {
		if p.match(line) {
			return true
		}
	}
	return false
}

// IMPORTANT: phrases and patterns are part of normal form version 1 and never change within it. No rule names an outlet.

// phrases are whole lines.
var phrases = sync.OnceValue(func() map[string]bool { return newPhrases(generalPhrases) })

const generalPhrases = `
advertisement; advertisements; sponsored; sponsored content; comments; comment; no comments; leave a comment; leave a reply; post a comment; add a comment; 0 comments
read more; read more here; read more about this; read the rest; read the full story; read the full story here; read the full article; read the full article here; read full story; read full article
read the original article; read on; continue reading; keep reading; more; more info; learn more; see more; view more; full story; click here; click here to read more; click here for more; link; permalink; source link; source; original article; view original; view article; view the full article
share; share this; share this article; share this story; share this post; share this page; share on facebook; share on twitter; share on x; share on linkedin; share on whatsapp; share via email; share with friends
tweet; print; print this article; email; email this article; save; save this article; bookmark; copy link; subscribe; subscribe now; sign up; sign in; log in; sign up for our newsletter; subscribe to our newsletter; get our newsletter; follow us; follow us on twitter; follow us on facebook; follow us on instagram; follow us on telegram; join us on telegram; join our telegram channel; like us on facebook
related; related articles; related stories; related news; related posts; related topics; related content; also read; read also; see also; recommended; recommended for you; you may also like; you might also like; most read; most popular; trending; trending now; latest news; more from this section; more news; top stories; up next; next article; previous article
all rights reserved; terms of use; privacy policy; cookie policy; contact us; about us; back to top; back to home; skip to content; skip to main content; skip to navigation; this article was originally published here; end; ends
error error occured; error error occurred; an error occurred; an error has occurred; loading; please wait; please enable javascript; image; photo; photos; video; watch; watch video; watch the video; listen; listen to this article; play; gallery
weiterlesen; mehr lesen; mehr dazu; mehr; anzeige; werbung; kommentare; artikel teilen; teilen; drucken; lesen sie auch; zum artikel; hier weiterlesen; quelle; alle rechte vorbehalten
lire la suite; lire plus; lire aussi; en savoir plus; publicité; partager; partager cet article; commentaires; imprimer; tous droits réservés; voir aussi
leer más; seguir leyendo; leer también; ver más; publicidad; compartir; comentarios; imprimir; todos los derechos reservados; fuente; lea también
leia mais; continue lendo; continuar a ler; ler mais; publicidade; compartilhar; comentários; leia também; todos os direitos reservados
leggi tutto; continua a leggere; leggi anche; pubblicità; condividi; commenti; tutti i diritti riservati
lees verder; lees meer; lees ook; advertentie; delen; reacties; läs mer; läs också; annons; dela; les mer; les også; annonse; læs mere; læs også; annonce; lue lisää; mainos
czytaj więcej; czytaj dalej; czytaj także; reklama; udostępnij; komentarze; číst dále; číst více; sdílet; devamını oku; devamı; reklam; paylaş; yorumlar; ayrıca okuyun
читать далее; читать полностью; читать дальше; читайте также; подробнее; далее; реклама; поделиться; комментарии; источник; все права защищены; читати далі; читайте також; поділитися
اقرأ المزيد; اقرأ أيضا; المزيد; إعلان; شارك; شارك المقال; تعليقات; المصدر; جميع الحقوق محفوظة; انتهى
ادامه مطلب; ادامه خبر; بیشتر بخوانید; بیشتر; آگهی; تبلیغات; اشتراک گذاری; نظرات; منبع; لینک خبر; انتهای پیام; پایان پیام; تمام حقوق محفوظ است
阅读全文; 阅读更多; 阅读原文; 查看更多; 查看全文; 更多; 继续阅读; 广告; 分享; 评论; 来源; 责任编辑; 完; 閱讀全文; 閱讀更多; 繼續閱讀; 廣告; 評論
続きを読む; もっと読む; 詳しくはこちら; 詳細はこちら; 全文を読む; 関連記事; 広告; 共有; コメント; 더 보기; 더보기; 자세히 보기; 계속 읽기; 광고; 공유; 관련 기사; 무단 전재 및 재배포 금지
อ่านต่อ; อ่านเพิ่มเติม; โฆษณา; แชร์; ข่าวที่เกี่ยวข้อง; đọc thêm; xem thêm; quảng cáo; chia sẻ; baca juga; baca selengkapnya; iklan; bagikan
`

func newPhrases(list string) map[string]bool {
	set := make(map[string]bool)
	for line := range strings.SplitSeq(list, "\n") {
		for phrase := range strings.SplitSeq(line, ";") {
			var t tokens
			t.add(phrase)
			if t.n > 0 {
				set[string(t.buf)] = true
			}
		}
	}
	return set
}

// pattern is a line by its parts; an empty part is in every line.
type pattern struct{ prefix, infix, suffix string }

func (p pattern) match(line []byte) bool {
	s := string(line) // does not escape
	if !strings.HasPrefix(s, p.prefix) || !strings.HasSuffix(s, p.suffix) || len(s) < len(p.prefix)+len(p.suffix) {
		return false
	}
	return p.infix == "" || strings.Contains(s[len(p.prefix):len(s)-len(p.suffix)], p.infix)
}

// patterns are lines with a name, an address or a number in them.
var patterns = []pattern{
	{prefix: "the post ", infix: " appeared first on "},
	{infix: "can also be accessed at the following alternate address"},
	{suffix: "all rights reserved "},
	{prefix: "all rights reserved "},
	{prefix: "http "},
	{prefix: "https "},
	{prefix: "www "},
	{prefix: "follow us on "},
	{prefix: "sign up for our ", suffix: "newsletter "},
	{prefix: "subscribe to our ", suffix: "newsletter "},
	{prefix: "this article was originally published "},
	{prefix: "this story was originally published "},
	{prefix: "read more on ", suffix: "website "},
	{prefix: "continue reading on "},
}
