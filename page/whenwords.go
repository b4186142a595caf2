package page

import (
	"strings"
	"time"
)

type wordClass uint8

const (
	wordNone    wordClass = iota
	wordFiller            // a connective, a day of the week, an ordinal's ending
	wordPublish           // introduces a time of publication
	wordUpdate            // introduces a time of change
)

// monthNames maps a folded name of a month to 1–12, one of the Jalali calendar to 13–24.
var monthNames = monthTable()

func monthTable() map[string]int {
	rows := []string{ // one month a column, one language or style a row
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jänner feber mär apr mai jun jul aug sept okt nov dez",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janv févr mars avr mai juin juil aoû sept oct nov déc",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"ene feb mar abr may jun jul ago set oct nov dic",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"gen feb mar apr mag giu lug ago sett ott nov dic",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"jan fev mar abr mai jun jul ago set out nov dez",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"januari februari mars april maj juni juli augusti september oktober november december",
		"januar februar marts april maj juni juli august september oktober november desember",
		"tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"ledna února března dubna května června července srpna září října listopadu prosince",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
		"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
		"янв фев мар апр май июн июл авг сен окт ноя дек",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
		"januari februari maret april mei juni juli agustus september oktober november desember",
		"ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
		"január február március április május június július augusztus szeptember október november december",
		"ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
		"جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
		"كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
		"ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
		"ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
		"जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
		"gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
	}
	table := map[string]int{"avg": 8, "sept": 9, "août": 8, "aout": 8, "juill": 7, "fevr": 2, "mrz": 3, "mrt": 3, "ноябр": 11, "נוב": 11, "maj": 5}
	for _, row := range rows {
		for i, name := range strings.Fields(row) {
			for _, part := range monthTokens(name) {
				table[part] = i + 1
			}
		}
	}
	for i, name := range strings.Fields("فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند") {
		table[foldDate(name)] = i + 13
	}
	return table
}

// monthTokens returns the folded forms of a name; names of two words are joined by foldDate's caller under a no-break sign.
func monthTokens(name string) []string {
	f := foldDate(strings.ReplaceAll(name, "_", ""))
	if strings.HasPrefix(name, "ב") {
		return []string{f}
	}
	if name >= "א" && name <= "ת" {
		return []string{f, "ב" + f} // "in November"
	}
	return []string{f}
}

// dateWords are the folded words that may stand beside a date.
var dateWords = dateWordTable()

func dateWordTable() map[string]wordClass {
	table := map[string]wordClass{"␟": wordFiller}
	add := func(class wordClass, rows ...string) {
		for _, row := range rows {
			for _, w := range strings.Fields(row) {
				table[foldDate(w)] = class
			}
		}
	}
	add(wordFiller, fillerWords...)
	add(wordFiller, weekdayWords...)
	add(wordPublish, publishWords...)
	add(wordUpdate, updateWords...)
	return table
}

var fillerWords = []string{
	"on at in of the from st nd rd th date time dated hrs hours local est. o clock day",
	"am um den der dem vom von uhr datum ortszeit zeit",
	"le la les à du de er heure heures min date locale",
	"el las los del hora horas fecha a. h",
	"il alle ore dal data ora às as em", "op om uur den kl klo o godz dnia r", "в г года год часов время дата по времени",
	"في بتاريخ الساعة تاريخ التاريخ الموافق يوم بتوقيت محلي المحلي", "تاریخ ساعت روز در مورخ به وقت محلی", "saat tarih tarihi günü",
	"日期 时间 時間 日時 日付 일시", "року рік р को बजे दिनांक dne hodin v óra órakor ora την στις του ngày lúc giờ giờ ngay luc gio pada tanggal pukul", "στις ώρα",
}

var publishWords = []string{
	"published publish posted issued released release created first publication pubdate online since submitted written filed",
	"veröffentlicht erschienen publiziert erstellt stand erstveröffentlicht veröffentlichung", "publié publiée publie paru parution mis en ligne",
	"publicado publicada publicación publicação publicaco publicat", "pubblicato pubblicata pubblicazione", "gepubliceerd geplaatst publicerad publisert udgivet julkaistu",
	"opublikowano publikováno data publikacji dodano", "опубликовано опубликована дата публикации опубліковано размещено", "yayın yayınlanma yayınlandı yayımlanma yayımlandı eklenme giriş",
	"نشر نشرت النشر تم نُشر", "انتشار منتشر شده کد", "发布 发布时间 發布 發布時間 发表 发表于 发布于 公開 公開日 配信 掲載 投稿 公開日時 配信日時 입력 등록 게시", "diterbitkan đăng",
	"publicerat δημοσιεύτηκε δημοσίευση פורסם प्रकाशित पब्लिश publish zveřejněno vydáno publikováno közzétéve megjelent publicat objavljeno објављено dipublikasikan tayang terbit đăng xuất bản 出版 刊登 發佈 发佈 發表 등록일 geplaatst",
}

var updateWords = []string{
	"updated update modified last edited changed revised", "aktualisiert aktualisierung geändert zuletzt letzte änderung update",
	"jour modifié modifiée màj maj. actualisé actualisée", "actualizado actualizada actualización atualizado atualização atualizada modificado última", "aggiornato aggiornamento modifica ultimo ultima",
	"bijgewerkt gewijzigd uppdaterad uppdaterat oppdatert opdateret päivitetty", "aktualizacja zaktualizowano aktualizováno", "обновлено обновлена изменено последнее обновление оновлено", "güncelleme güncellendi güncellenme son",
	"تحديث آخر التحديث حدث", "به_روزرسانی بروزرسانی روزرسانی آخرین", "अपडेट अपडेटेड अपडेटिड laatst laatste bijgewerkt sist senast opdateret endret frissítve frissült aktualizováno actualizat diperbarui cập nhật ažurirano modifica modificato 更新於 更新 更新时间 更新于 最終更新 更新日 更新日時 最后更新 수정 업데이트", "ενημερώθηκε עודכן",
}

var weekdayWords = []string{
	"monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun",
	"montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
	"lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
	"lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom",
	"lunedì martedì mercoledì giovedì venerdì sabato domenica", "segunda feira terça quarta quinta sexta sábado domingo",
	"maandag dinsdag woensdag donderdag vrijdag zaterdag zondag", "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag onsdag lørdag søndag",
	"maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
	"poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle",
	"понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс понеділок вівторок середа четвер субота неділя",
	"pazartesi salı çarşamba perşembe cuma cumartesi pazar", "الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
	"دوشنبه سه‌شنبه چهارشنبه پنجشنبه پنج‌شنبه جمعه شنبه یکشنبه یک‌شنبه سه پنج چهار",
	"星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 月 火 水 木 金 土 日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 월 화 수 목 금 토 일 월요일 화요일 수요일 목요일 금요일 토요일 일요일",
	"δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή", "senin selasa rabu kamis jumat sabtu minggu",
}

// zone is a zone's name as people write it: fixed, or one that changes with the season.
type zone struct {
	offset int    // seconds east of UTC
	name   string // an IANA name; wins over offset when the zone is known to the machine
}

func (z zone) location() *time.Location {
	if z.name != "" {
		if loc, err := time.LoadLocation(z.name); err == nil {
			return loc
		}
	}
	return fixedZone(z.offset)
}

// zoneNames are the folded names of zones that need no guess, or have one reading that news uses. "cst" is the American one.
var zoneNames = zoneTable()

func zoneTable() map[string]zone {
	table := map[string]zone{
		"et": {-5 * 3600, "America/New_York"}, "pt": {-8 * 3600, "America/Los_Angeles"}, "ct": {-6 * 3600, "America/Chicago"}, "mt": {-7 * 3600, "America/Denver"},
	}
	for name, minutes := range map[string]int{
		"utc": 0, "gmt": 0, "ut": 0, "wet": 0, "غرینتش": 0, "جرینتش": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
		"ast": -240, "adt": -180, "akst": -540, "akdt": -480, "hst": -600, "brt": -180, "art": -180, "clt": -240, "bst": 60, "west": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
		"eet": 120, "eest": 180, "sast": 120, "cat": 120, "eat": 180, "wat": 60, "msk": 180, "мск": 180, "trt": 180, "irst": 210, "irdt": 270, "gst": 240, "pkt": 300, "ist": 330, "npt": 345,
		"wib": 420, "ict": 420, "hkt": 480, "sgt": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
	} {
		table[foldDate(name)] = zone{offset: minutes * 60}
	}
	return table
}
