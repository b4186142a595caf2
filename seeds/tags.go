package seeds

import (
	"regexp"
	"slices"
	"strings"

	"mediawatch/text"
)

// reTagSplit is what stands between tags: a mark, or a gap wider than a space.
var reTagSplit = regexp.MustCompile(`\s*[,;|#、،；，•·/]\s*|\s{2,}|\t+|\x{3000}+`)

// reMoreLabel are the short labels that introduce tags only when what follows is a list.
var reMoreLabel = lazily(`^(?:`, `more|more on|mehr|mehr zu|plus|más|más sobre|mais|mais sobre|altro|meer|mer|więcej|ещё|еще|المزيد|بیشتر|devamı|更多`, `)$`)

// tagList returns the tags of a list: at least least of them, each as short as tags are.
func tagList(s string, least int) []string {
	var out []string
	for _, t := range reTagSplit.Split(strings.Trim(trim(s), ".;,"), 31) {
		t = text.Line(t)
		if t == "" {
			continue
		}
		if words(t) > 5 || ended(t) {
			return nil
		}
		out = append(out, t)
	}
	if len(out) < least || len(out) > 30 {
		return nil
	}
	return out
}

// tagLabel returns the label a line begins with and what stands behind its colon. A line without a colon is all label.
func tagLabel(s string) (label, rest string) {
	if m := reTags.FindStringSubmatch(s); m != nil {
		return m[1], m[2]
	}
	return strings.TrimRight(s, ":： "), ""
}

// tagLine reports whether s is a label of tags, alone or with tags behind it. A short label such as "More" needs a list.
func (r *reader) tagLine(s string) bool {
	label, rest := tagLabel(s)
	if isTagLabel(label) {
		return true
	}
	return rest != "" && reMoreLabel.MatchString(text.Fold(trim(label))) && len(tagList(rest, 2)) > 0
}

// tagsOf takes the tags of line i, which was cut: those behind its label, or those of the list on the next line when
// the label stands alone.
func (r *reader) tagsOf(i int) bool {
	if !r.tagLine(r.lines[i].text) {
		return false
	}
	_, rest := tagLabel(r.lines[i].text)
	if rest == "" {
		rest = r.tagsBelow(i)
	}
	for _, t := range tagList(rest, 1) {
		r.d.addTag(t)
	}
	return true
}

// tagsBelow returns the list of tags on the line below a label, or the short lines directly below it, one tag each.
func (r *reader) tagsBelow(i int) string {
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || isTagLabel(strings.TrimRight(next[0].text, ":：")) {
		return ""
	}
	if len(tagList(next[0].text, 2)) > 0 {
		return next[0].text
	}
	var tags []string
	for _, l := range r.lines[i+1:] {
		if l.blank || words(l.text) > 4 || ended(l.text) || r.boilerplate(l) != phraseNone {
			break
		}
		tags = append(tags, l.text)
	}
	return strings.Join(tags, "|")
}

func (d *draft) addTag(t string) {
	if !slices.Contains(d.tags, t) {
		d.tags = append(d.tags, t)
	}
}

var tagLabels = tagTable()

func tagTable() map[string]bool {
	table := map[string]bool{}
	for _, n := range strings.Split("tag|tags|topic|topics|suggested topics|related topics|more on these topics|related tags|keyword|keywords|filed under|posted in|mehr zum thema|archivado en|etiquetado en|en savoir plus sur|plus sur ce thème|lire plus sur|argomenti trattati|altri contenuti su|più su|meer over|läs mer om|więcej o|więcej na temat|больше по теме|المزيد عن|المواضيع|مواضيع|هشتگ|関連キーワード|関連タグ|関連ワード|相关标签|相關標籤|相关话题|label|labels|schlagwörter|schlagworte|themen|stichwörter|thème|thèmes|sujets|mots-clés|mots clés|étiquettes|etiquetas|temas|palabras clave|palavras-chave|tópicos|argomenti|parole chiave|onderwerpen|trefwoorden|ämnen|tagi|słowa kluczowe|теги|метки|темы|ключевые слова|الكلمات المفتاحية|كلمات مفتاحية|كلمات دلالية|الوسوم|وسوم|برچسب ها|برچسب‌ها|برچسبها|کلیدواژه‌ها|کلید واژه ها|کلیدواژه ها|etiketler|anahtar kelimeler|konular|标签|标签|關鍵字|关键词|关键字|タグ|キーワード|태그", "|") {
		table[key(n)] = true
	}
	return table
}

func isTagLabel(s string) bool { return tagLabels[key(s)] }
