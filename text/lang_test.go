package text_test

import (
	"strings"
	"testing"

	"mediawatch/text"
)

func TestLanguage(t *testing.T) {
	tests := []struct{ want, in string }{
		{"", ""},
		{"", "Too short to tell."},
		{"", strings.Repeat("12345 67890 ", 30)},
		{"en", "The harbour council said on Tuesday that the new ferry line would open in the spring, although many had asked for another year."},
		{"de", "Der Hafenrat teilte am Dienstag mit, dass die neue Fährlinie im Frühjahr eröffnet wird, obwohl viele um ein weiteres Jahr gebeten hatten."},
		{"fr", "Le conseil du port a annoncé mardi que la nouvelle ligne de ferry ouvrirait au printemps, bien que beaucoup aient demandé une année de plus."},
		{"es", "El consejo del puerto dijo el martes que la nueva línea de transbordadores abrirá en primavera, aunque muchos habían pedido un año más."},
		{"it", "Il consiglio del porto ha detto martedì che la nuova linea di traghetti aprirà in primavera, anche se molti avevano chiesto un altro anno."},
		{"pt", "O conselho do porto disse na terça-feira que a nova linha de barcas vai abrir na primavera, embora muitos tenham pedido mais um ano para isso."},
		{"nl", "De havenraad zei dinsdag dat de nieuwe veerdienst in het voorjaar opent, hoewel veel mensen om nog een jaar hadden gevraagd voor het werk."},
		{"pl", "Rada portu poinformowała we wtorek, że nowa linia promowa zostanie otwarta na wiosnę, chociaż wielu prosiło o jeszcze jeden rok na przygotowania."},
		{"ru", "Совет порта сообщил во вторник, что новая паромная линия откроется весной, хотя многие просили ещё один год на подготовку к этому событию."},
		{"uk", "Рада порту повідомила у вівторок, що нова поромна лінія відкриється навесні, хоча багато хто просив ще один рік на підготовку до цієї події."},
		{"ar", "قال مجلس الميناء يوم الثلاثاء إن خط العبارات الجديد سيفتتح في الربيع على الرغم من أن كثيرين طلبوا عاما آخر للاستعداد لهذا الأمر"},
		{"fa", "شورای بندر روز سه‌شنبه گفت که خط تازهٔ کشتی در بهار آغاز به کار می‌کند هرچند بسیاری خواسته بودند که یک سال دیگر برای آن صبر شود"},
		{"zh", "港口委员会星期二表示，新的渡轮航线将于春季开通，尽管许多人要求再给一年时间准备。委员会说，他们已经清点了每一个泊位，并且确信一切都将按时完成，工人们也表示同意。"},
		{"ja", "港湾評議会は火曜日、新しいフェリー航路を春に開設すると発表した。多くの人がもう一年待つよう求めていたが、評議会はすべての準備が整っていると述べている。"},
		{"ko", "항만 위원회는 화요일 새로운 여객선 노선이 봄에 개통될 것이라고 밝혔다. 많은 사람들이 준비를 위해 일 년을 더 요구했지만 위원회는 모든 준비가 끝났다고 말했다."},
		{"th", "สภาท่าเรือกล่าวเมื่อวันอังคารว่าเส้นทางเรือเฟอร์รี่ใหม่จะเปิดในฤดูใบไม้ผลิ แม้ว่าหลายคนจะขอเวลาอีกหนึ่งปีก็ตาม"},
		{"hi", "बंदरगाह परिषद ने मंगलवार को कहा कि नई नौका सेवा वसंत में शुरू होगी, हालांकि कई लोगों ने तैयारी के लिए एक और साल मांगा था। परिषद ने यह भी कहा कि सभी तैयारियां समय पर पूरी हो जाएंगी।"},
		{"el", "Το συμβούλιο του λιμανιού είπε την Τρίτη ότι η νέα γραμμή θα ανοίξει την άνοιξη, αν και πολλοί είχαν ζητήσει έναν χρόνο ακόμη."},
	}
	for _, tt := range tests {
		if got := text.Language(tt.in); got != tt.want {
			t.Errorf("Language(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestLanguageOfLongTextIsThatOfItsBeginning(t *testing.T) {
	s := strings.Repeat("Der Rat hat die neue Linie für das nächste Jahr beschlossen. ", 2000)
	if got := text.Language(s); got != "de" {
		t.Errorf("Language = %q, want de", got)
	}
}
