package main

import (
	"bufio"
	"strings"
	"testing"
	"time"
)

func TestRequestsHaveJobAndSecond(t *testing.T) {
	text := "GET /?job=7&second=1700000000 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"POST /?job=8 HTTP/1.1\r\nx-ecron-scheduled-at: 2023-11-14T22:13:20.000Z\r\ncontent-length: 2\r\n\r\n{}" +
		"GET / HTTP/1.1\r\n\r\n"
	reader := bufio.NewReader(strings.NewReader(text))
	for _, want := range []arrival{{job: 7, second: 1700000000}, {job: 8, second: 1700000000}, {job: -1, second: -1}} {
		got, err := readRequest(reader)
		if err != nil || got.job != want.job || got.second != want.second {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
}

func TestTallyCountsMissingDoubledAndLateRuns(t *testing.T) {
	at := func(job int, second int64, late time.Duration) arrival {
		return arrival{job, second, time.Unix(second, 0).Add(late)}
	}
	got := compare([]arrival{
		at(0, 100, time.Millisecond),
		at(0, 100, 2*time.Millisecond), // doubled
		at(1, 100, time.Second),        // late
		at(0, 101, 0),                  // job 1 is missing
		at(2, 101, 0),                  // no such job
		at(1, 101, -time.Second),       // early
		at(0, 99, 0), at(0, 102, 0),    // other seconds
	}, 2, 100, 2)
	want := tally{Planned: 4, OnTime: 2, Missing: 1, Doubled: 1, Unplanned: 2}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
