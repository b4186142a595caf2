package seeds_test

import (
	"os"
	"testing"

	"mediawatch/seeds"
)

func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"port-strike.txt", "cup-final-fog.txt", "tahliya-rayhan.txt", "vaccine-campaign.md", "glacier-survey.html"} {
		data, err := os.ReadFile("samples/" + name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := seeds.Read(name, data, seeds.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
