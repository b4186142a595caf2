package seeds

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
	"mediawatch/text"
)

// reRole are the words for what people of a newspaper do.
var reRole = lazily(`(?:^|[^\pL])(?:`, `reporter|correspondent|editor|editor-in-chief|writer|columnist|journalist|contributor|producer|critic|photographer|staff|bureau chief|commentator|repórter|redakteur|reporterin|korrespondent|chefredakteur|leiter|leiterin|autor|autorin|kolumnist|volont[äa]r|journaliste|correspondant|envoyée? spécial|rédact(?:eur|rice)|chroniqueu|grand reporter|redactor|corresponsal|enviad[oa] especial|periodista|cronista|giornalista|inviat[oa]|corrispondente|caporedattore|jornalista|correspondente|enviad[oa]|verslaggever|redacteur|correspondente|dziennikarz|dziennikarka|reporterka|корреспондент|специальный корреспондент|обозреватель|журналист|репортёр|редактор|кореспондент|оглядач|مراسل|محرر|صحفي|صحافي|كاتب|خبرنگار|muhabir|editör|gazeteci|yazarı`, `)(?:in|innen|s|ka|а|ة|e|rice)?(?:$|[^\pL])`)

// reRoleEast is the same behind a name or alone in scripts without spaces.
var reRoleEast = regexp.MustCompile(`(?:記者|记者|特派員|編集委員|論説委員|編輯|编辑|主笔|評論員|评论员|기자|특파원|논설위원)$`)

// isRole reports whether s names a job instead of a person: "Senior Reporter".
func isRole(s string) bool {
	return reRole.MatchString(text.Fold(s)) || reRoleEast.MatchString(s)
}

// jobLine reports whether a line below a byline says what its people do.
func (r *reader) jobLine(l line) bool { return isRole(l.text) && looksName(l.text) }

// emptyByline takes a byline that names nobody, or the place or the job below a byline.
func (r *reader) emptyByline(l line) bool {
	return words(l.text) <= 6 && !ended(l.text) && (reEmptyBy.MatchString(l.text) || len(r.d.authors) > 0 && (rePlaceLine.MatchString(l.text) || r.jobLine(l)))
}

// bareName takes a person's name that stands alone between headline and text, with something of the head behind it.
func (r *reader) bareName(i int) bool {
	s := r.lines[i].text
	if n := words(s); n < 2 || n > 3 || !looksName(s) || ended(s) || len(r.d.authors) > 0 || !unicode.IsUpper(firstRune(s)) || strings.ToUpper(s) == s {
		return false
	}
	for _, l := range r.nonBlank(i+1, 1) {
		probe := &reader{d: &draft{options: r.d.options, authors: []news.Person{{Name: s}}}}
		if isYearless(l.text) || probe.dateLine(l.text, true) || probe.emptyByline(l) || reToday.MatchString(strings.ToLower(text.Fold(l.text))) || r.phrase(l.text) == phraseJunk || captionScore(l.text) >= 3 {
			r.d.addAuthors(s)
			return true
		}
	}
	return false
}

// surnames are the commonest Chinese and Korean ones: a name of two to four characters begins with one.
const (
	surnamesHan    = "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高梁郑鄭罗羅宋谢謝唐韩韓曹许許邓鄧萧蕭冯馮曾程蔡彭潘袁于董余苏蘇叶葉吕呂魏蒋蔣田杜丁沈姜范江傅钟鍾卢盧汪戴崔任陆陸廖姚方金邱夏谭譚韦韋贾賈邹鄒石熊孟秦阎閻薛侯雷白龙龍段郝孔邵史毛常万萬顾顧赖賴武康贺賀严嚴尹钱錢施牛洪龚龔"
	surnamesHangul = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모"
)

// reNoName are the endings and words of lines that stand beside a date and name no person.
var reNoName = regexp.MustCompile(`記事|写真|動画|会員|無料|有料|更新|配信|公開|掲載|限定|速報|新聞|通信|放送|日報|编辑部|編集部|本社|支局|総局|[社局部版報报网網台面欄]$`)

var (
	reNameHan    = regexp.MustCompile(`^\p{Han}{1,4}[ \x{3000}]?[\p{Han}\p{Hiragana}\p{Katakana}]{1,4}$`)
	reNameHangul = regexp.MustCompile(`^\p{Hangul}{3}$`)
)

// eastName takes a line of nothing but a person's name in a script without capitals, directly beside a line with a
// date. Chinese and Korean names are known by the surname, Japanese ones by their length, in a text that has kana.
func (r *reader) eastName(i int) bool {
	s := r.lines[i].text
	if len(r.d.authors) > 0 || !r.besideDate(i) || sectionNames[key(s)] || reNoName.MatchString(s) || r.phrase(s) != phraseNone {
		return false
	}
	n, first := utf8.RuneCountInString(strings.NewReplacer(" ", "", "\u3000", "").Replace(s)), string(firstRune(s))
	name := false
	switch {
	case reNameHangul.MatchString(s):
		name = strings.Contains(surnamesHangul, first)
	case !reNameHan.MatchString(s):
	case r.hasKana(i):
		name = n >= 3 && n <= 6
	default:
		name = n >= 2 && n <= 3 && strings.Contains(surnamesHan, first)
	}
	if name {
		r.d.addAuthors(s)
	}
	return name
}

// besideDate reports whether the line directly above or below line i is a date.
func (r *reader) besideDate(i int) bool {
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(r.lines) && !r.lines[j].blank && (&reader{d: &draft{}}).dateLine(r.lines[j].text, true) {
			return true
		}
	}
	return false
}

// hasKana reports whether the lines below i are Japanese.
func (r *reader) hasKana(i int) bool {
	for _, l := range r.nonBlank(i+1, 10) {
		if strings.ContainsFunc(l.text, func(c rune) bool { return unicode.Is(unicode.Hiragana, c) }) {
			return true
		}
	}
	return false
}
