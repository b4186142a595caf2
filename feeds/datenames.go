package feeds

import (
	"fmt"
	"strings"
)

// months are the names and usual abbreviations of months, lower case, in English, German, French, Spanish, Italian,
// Portuguese, Dutch, Russian, Ukrainian, Polish, Czech, Turkish, Swedish, Danish, Norwegian, Finnish, Hungarian, Romanian, Greek,
// Arabic, Persian's Gregorian, Indonesian and Catalan. Where two languages disagree about a word it is left out.
var months = monthTable([12]string{
	"january jan januar jänner jaenner janvier janv enero ene gennaio gen janeiro januari januar' января январь янв січня січ stycznia styczeń sty " +
		"ledna leden led ocak oca tammikuuta tammi tam január januára ianuarie ian ιανουαρίου ιανουάριος ιαν يناير ژانویه ژانویهٔ gener januaris siječnja",
	"february feb februar feber février fevrier févr fevr fév fev febrero febbraio febb fevereiro februari февраля февраль фев февр лютого лют lutego luty lut " +
		"února únor úno şubat subat şub helmikuuta helmi február februára februarie φεβρουαρίου φεβρουάριος φεβ فبراير فوریه pebruari veljače febrer",
	"march mar märz maerz mär mrz mars marzo março marco maart mrt марта март мар березня бер marca marzec března březen bře mart " +
		"maaliskuuta maalis március márc martie μαρτίου μάρτιος μαρ μάρ مارس maret ožujka marts març",
	"april apr avril avr abril abr aprile апреля апрель апр квітня кві квіт kwietnia kwiecień kwi dubna duben dub nisan nis huhtikuuta huhti " +
		"április ápr aprilie απριλίου απρίλιος απρ أبريل ابريل آوریل travnja apríla",
	"may mai mayo maggio mag maio mei мая май травня тра трав maja maj května květen kvě mayıs mayis toukokuuta touko május máj μαΐου μάιος μαϊ μάι μαι " +
		"مايو مه می svibnja maig gaia",
	"june jun juni juin junio giugno giu junho июня июнь июн червня чер черв czerwca czerwiec cze června červen čvn haziran haz kesäkuuta kesä " +
		"június jún iunie iun ιουνίου ιούνιος ιούν ιουν يونيو ژوئن lipnja juny",
	"july jul juli juillet juil julio luglio lug julho июля июль июл липня лип lipca lipiec lip července červenec čvc temmuz tem heinäkuuta heinä " +
		"július júl iulie iul ιουλίου ιούλιος ιούλ ιουλ يوليو ژوئیه ژوئیهٔ ژوییه srpnja juliol",
	"august aug août aout aoû agosto ago agustus augustus августа август авг серпня сер серп sierpnia sierpień sie srpna srpen srp ağustos agustos ağu " +
		"elokuuta elo augusztus augusti αυγούστου αύγουστος αυγ αύγ أغسطس اغسطس اوت agost kolovoza",
	"september sep sept septembre septiembre setiembre set settembre sett setembro сентября сентябрь сен сент вересня вер września wrzesień wrz " +
		"září zář eylül eylul eyl syyskuuta syys szeptember szept septembrie σεπτεμβρίου σεπτέμβριος σεπ σεπτ سبتمبر سپتامبر setembre rujna",
	"october oct oktober okt octobre octubre ottobre ott outubro out октября октябрь окт жовтня жов жовт października październik paź pażdziernika " +
		"října říjen říj ekim eki lokakuuta loka október octombrie οκτωβρίου οκτώβριος οκτ أكتوبر اكتوبر اکتبر",
	"november nov novembre noviembre novembro ноября ноябрь ноя нояб листопада лис лист listopadu kasım kasim kas marraskuuta marras " +
		"noiembrie noi νοεμβρίου νοέμβριος νοε νοέ نوفمبر نوامبر nopember studenoga",
	"december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des декабря декабрь дек грудня гру груд grudnia " +
		"grudzień gru prosince prosinec pro aralık aralik ara joulukuuta joulu joului decembrie δεκεμβρίου δεκέμβριος δεκ ديسمبر دسامبر desembre prosinca",
})

func monthTable(lists [12]string) map[string]int {
	table := map[string]int{}
	for i, list := range lists {
		for w := range strings.FieldsSeq(list) {
			table[w] = i + 1
		}
	}
	return table
}

// weekdays are the words that say which day of the week it is; they are not believed, only recognised.
var weekdays = makeSet("monday mon tuesday tue tues wednesday wed weds wednes thursday thu thur thurs friday fri saturday sat satur sunday sun " +
	"montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so " +
	"lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim " +
	"lunes martes miércoles miercoles mié mie jueves jue viernes vie sábado sabado sáb sab domingo dom " +
	"lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi gio venerdì venerdi sabato domenica " +
	"segunda terça terca quarta quinta sexta seg ter qua qui sex feira maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo " +
	"понедельник пн вторник вт среда ср четверг чт пятница пт суббота сб воскресенье вс понеділок вівторок середа четвер пʼятниця субота неділя нд " +
	"poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz pondělí úterý středa čtvrtek pátek neděle po út st čt pá ne " +
	"pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tor fre lör sön " +
	"mandag tirsdag lørdag søndag man tir lør søn maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ke la su " +
	"hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi vineri sâmbătă duminică " +
	"δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρί τρι τετ πέμ πεμ παρ σάβ σαβ κυρ " +
	"الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد الإثنين دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه senin selasa rabu kamis jumat sabtu minggu")

// offsets are zones by name, in minutes east of Greenwich. The American ones are those of RFC 822, section 5.
var offsets = map[string]int{
	"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "zulu": 0, "gmtz": 0,
	"est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
	"hst": -600, "hast": -600, "hadt": -540, "nst": -210, "ndt": -150, "adt": -180, "et": -300, "pt": -480,
	"west": 60, "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "eest": 180, "wat": 60, "cat": 120, "sast": 120, "eat": 180,
	"msk": 180, "msd": 240, "trt": 180, "irst": 210, "irdt": 270, "gst": 240, "aft": 270, "pkt": 300, "uzt": 300, "yekt": 300, "npt": 345, "bdt": 360,
	"mmt": 390, "ict": 420, "wib": 420, "wita": 480, "wit": 540, "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "awst": 480, "krat": 420, "irkt": 480,
	"jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "vlat": 600, "nzst": 720, "nzdt": 780, "nzt": 720,
	"brt": -180, "brst": -120, "art": -180, "clt": -240, "clst": -180, "cot": -300, "pet": -300, "vet": -240, "uyt": -180, "bot": -240, "pyt": -240,
	"idt": 180, "azt": 240, "get": 240, "samt": 240, "hovt": 420, "ulat": 480, "chst": 600,
	"ist": 330, "bst": 60, "ast": -240, "amt": -240, "sst": -660, "ect": -300,
}

// ambiguous are names that several zones share; what we read is said in a note.
var ambiguous = makeSet("ist ast bst amt sst ect")

// fillers are words between the parts of a date that are no zone, even in capitals.
var fillers = makeSet("at um de del of the le la den der st nd rd th er uhr klo em di da on date saat")

func month(low string) (int, bool) {
	if m, ok := months[low]; ok {
		return m, true
	}
	if len(low) > 3 {
		for i, name := range englishMonths {
			if strings.HasPrefix(name, low) {
				return i + 1, true
			}
		}
	}
	return 0, false
}

var englishMonths = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// halfDay is 1 for words that mean before noon, 2 for after, 0 for others.
func halfDay(low string) int {
	switch low {
	case "am", "πμ", "上午", "午前", "오전", "ص", "صباحا":
		return 1
	case "pm", "μμ", "下午", "午後", "오후", "م", "مساء", "晚上":
		return 2
	}
	return 0
}

// dottedHalf is halfDay for "a.m." and "p.m." at i, Greek's too.
func (p *dateParts) dottedHalf(i int) int {
	m := p.at(i + 2).low
	if p.at(i+1).kind != '.' || m != "m" && m != "μ" {
		return 0
	}
	switch p.parts[i].low {
	case "a", "π":
		return 1
	case "p", "μ":
		return 2
	}
	return 0
}

// looksZone reports whether a word is written like the name of a zone.
func looksZone(s string) bool {
	if len(s) < 2 || len(s) > 6 {
		return false
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// usual are the words of most dates in lower case, so that those need no memory.
var usual = usualWords("Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec GMT UTC UT EST EDT CST CDT MST MDT PST PDT CET CEST T Z AM PM " +
	"Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September October November December")

func usualWords(words string) map[string]string {
	table := map[string]string{}
	for w := range strings.FieldsSeq(words) {
		table[w] = strings.ToLower(w)
	}
	return table
}

// lower is strings.ToLower.
func lower(s string) string {
	if low, ok := usual[s]; ok {
		return low
	}
	return strings.ToLower(s)
}

// offsetName writes an offset as +05:30.
func offsetName(minutes int) string {
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
}
