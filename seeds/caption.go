package seeds

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	photoWord = `(?:photos?|images?|pictures?|photographs?|credits?|photo credits?|image credits?|picture credits?|file photo|pics?|handout|illustration|graphic|foto|fotos|fot|fotografie|beeld|bild|bilder|archivfoto|archivbild|symbolbild|symbolfoto|grafik|crédits?(?: photo| image)?|photographie|légende|fotografía|imagen|crédito|fotografia|imagem|immagine|foto di|beeld|фото|фотография|снимок|иллюстрация|صورة|الصورة|تصوير|صور|عدسة|عکس|تصویر|عکاس|fotoğraf|görsel|图片|图|摄影|圖片|圖|摄|供图|写真|撮影|画像|사진|zdjęcie|kuva|kuvaaja|फोटो|तस्वीर|छायाचित्र|світлина|знімок|snímek|fotó|kép|bilde|ภาพ|ảnh|φωτο|φωτογραφία|צילום|攝影|攝|照片|資料圖片|nuotr|poza)`
)

var (
	// reCreditEnd is a credit at the end of a line: (Photo: Jane Doe), | Foto: dpa, [Photo/Agency], © Agency.
	reCreditEnd = regexp.MustCompile(`(?i)(?:[(\[（【]\s*(?:[\pL ]{0,24}\s)?` + photoWord + `(?:[\s:：=/.by]|von|de|par|del|di)[^)\]）】]{0,80}[)\]）】]|[(\[（【][^()\[\]]{0,60}/?` + photoWord + `\s*[)\]）】]|[(\[（【]\s*(?:©|\(c\))[^)\]）】]{1,80}[)\]）】]|©\s?[^.!?]{2,70}\.?|[^。]{2,20}[摄攝]|[＝=、][^。＝=]{1,40}(?:撮影|提供|写す)|撮影[=＝:：・][^。]{1,30})\s*$`)
	// reCreditTail is the same without brackets: what follows the word must be names.
	reCreditTail = regexp.MustCompile(`(?i)(?:^|[\s.|–—-])` + photoWord + `(?: by)?\s?[:：=/©.]\s?([^.!?:]{2,70})\.?$`)
	// reCreditOnly is a line of nothing but a credit, or one that a word for picture introduces.
	reCreditOnly = regexp.MustCompile(`(?i)^[(\[（【]?\s*(?:` + photoWord + `(?:\s?[:：/|©]|\sby\s|\s?/|,? courtesy )|(?:image|photo|picture|media) (?:source|credit|caption),\s|courtesy(?: of|:)\s|©|\(c\)\s)\s?.{1,240}$`)
	// rePosition marks who is where in a picture.
	rePosition = regexp.MustCompile(`\((?:R|L|C|right|left|centre|center|rechts|links|Mitte|li|re|r|l|à gauche|à droite|au centre|gauche|droite|izquierda|derecha|izq|der|centro|слева|справа|в центре|يمين|يسار|راست|چپ|وسط|sağda|solda|左|右|中央|(?:2nd|3rd|second|third) (?:from )?(?:left|right|L|R)|(?:front|back)(?: row)?|top|bottom)(?:\.)?[),]`)
	// rePictured are turns that captions use of what is to be seen.
	rePictured = regexp.MustCompile(`(?i)(?:\b(?:is|are|was|were) (?:seen|pictured|shown|photographed|depicted)\b|\bpictured (?:here|in|at|on|during|above|left|right)\b|\bfile (?:photo|picture|image)\b|\b(?:this|an?|the) (?:undated |recent |file |handout |screen ?grab |archive )*(?:photo|picture|image|photograph|screenshot|screengrab|file)(?: (?:taken|shows?|released|provided|from))|\bshown in this\b|\b(?:auf dem|dieses|das) (?:archiv|symbol|undatierte )?(?:foto|bild)(?: zeigt)?\b|\bim bild\b|\barchivfoto\b|\b(?:sur cette|cette) (?:photo|image)\b|\ben la (?:imagen|foto)\b|\bimagen de archivo\b|\bphoto d'(?:archive|illustration)\b|\barşiv(?: fotoğrafı)?\b|на (?:фото|снимке|фотографии)|архивное фото|صورة (?:أرشيفية|تظهر|من)|أرشيفية|عکس آرشیوی|آرشیو|资料图|资料照片|図は|写真は|資料写真)`)
	// reCaptionLabel introduces a caption in so many words.
	reCaptionLabel = regexp.MustCompile(`^(?i:caption|photo caption|bildunterschrift|bildtext|légende|leyenda|pie de foto|legenda|didascalia|onderschrift|bildtext|подпись|图注|圖說|キャプション)\s?[:：]\s*(.+)$`)
	// rePictureFile is the name of a picture's file where the picture was.
	rePictureFile  = regexp.MustCompile(`(?i)^[\[(]?(?:\pL+\s?[:：]\s?)?[\w%./-]+\.(?:jpe?g|png|gif|webp|avif|svg)[\])]?$`)
	reTwoSentences = regexp.MustCompile(`\pL{2}[.!?…。]["”»]?\s+\p{Lu}`)
	rePresent      = regexp.MustCompile(`(?i)\b(?:stands?|sits?|walks?|poses?|looks? (?:on|at)|waits?|speaks?|holds?|carr(?:y|ies)|meets?|attends?|arrives?|gathers?|pass(?:es)? by|shakes? hands|inspects?|views?|rides?|crosses|cross|prepares?|unloads?|load|loads?|leans?|watch(?:es)?|works?|repairs?|queues?|celebrates?|marches|rests?|lies|lie|rolls?|moored|docked|parked)\b`)
	reFullDate     = regexp.MustCompile(`(?i)(?:\b\d{1,2}(?:st|nd|rd|th|\.)? (?:de )?\pL{3,12}\.?,? (?:de )?(?:19|20)\d\d\b|\b\pL{3,12}\.? \d{1,2}(?:st|nd|rd|th)?, (?:19|20)\d\d\b|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b)`)
)

// captionScore weighs the marks of a caption: a credit or positions prove it, other marks must come together.
func captionScore(s string) int {
	n := words(s)
	if n > 80 || n == 0 {
		return 0
	}
	score := 0
	if credited(s) || reCreditOnly.MatchString(s) || capsCredited(s) {
		score += 3
	}
	switch p := rePosition.FindAllString(s, 3); {
	case len(p) >= 2:
		score += 3
	case len(p) == 1:
		score += 2
	}
	if rePictured.MatchString(s) {
		score += 3
	}
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("▲▼△▽◀", r) {
		score += 3
	}
	if reFullDate.MatchString(s) {
		score++
	}
	if rePresent.MatchString(s) && n <= 45 {
		score++
	}
	if !ended(s) {
		score++
	}
	if n > 55 {
		score -= 2
	}
	return score
}

// longestCredit is how many bytes at the end of a line a credit is looked for in.
const longestCredit = 260

// lastBytes returns at most n bytes from the end of s, beginning at a character.
func lastBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	return s
}

// credited reports whether s ends in a picture's credit.
func credited(s string) bool {
	s = strings.TrimRight(lastBytes(s, longestCredit), " \u00a0")
	end, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, "."))
	if (strings.ContainsRune(")]）】摄攝影供す", end) || strings.ContainsAny(s, "©影")) && reCreditEnd.MatchString(s) {
		return true
	}
	if !strings.ContainsAny(lastBytes(s, 100), ":：=©/.") {
		return false
	}
	m := reCreditTail.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	for _, n := range strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("/,|", r) }) {
		if !looksName(trim(n)) {
			return false
		}
	}
	return true
}
