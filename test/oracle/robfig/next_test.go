package main

import (
	"testing"
	"time"
)

// The same expressions, zones and walk as bench/cron_bench.cpp; bench/cron-vs-robfig compares the two.
var benchmarks = []struct{ name, zone, expression string }{
	{"five_minutes", "UTC", "0 */5 * * * *"},
	{"five_minutes_zone", "Europe/Berlin", "0 */5 * * * *"},
	{"daily", "UTC", "0 30 2 * * *"},
	{"daily_zone", "Europe/Berlin", "0 30 2 * * *"},
	{"weekdays", "UTC", "0 0 9 * * MON-FRI"},
	{"weekdays_zone", "Europe/Berlin", "0 0 9 * * MON-FRI"},
	{"monthly", "UTC", "0 0 0 1 * *"},
	{"monthly_zone", "Europe/Berlin", "0 0 0 1 * *"},
	{"leap_day", "UTC", "0 0 0 29 2 *"},
	{"leap_day_zone", "Europe/Berlin", "0 0 0 29 2 *"},
}

func BenchmarkNext(b *testing.B) {
	for _, benchmark := range benchmarks {
		b.Run(benchmark.name, func(b *testing.B) {
			zone, err := time.LoadLocation(benchmark.zone)
			if err != nil {
				b.Fatal(err)
			}
			schedule, err := parser.Parse(benchmark.expression)
			if err != nil {
				b.Fatal(err)
			}
			begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).In(zone)
			end := begin.AddDate(40, 0, 0)
			now := begin
			for i := 0; i < b.N; i++ {
				now = schedule.Next(now)
				if now.After(end) {
					now = begin
				}
			}
		})
	}
}
