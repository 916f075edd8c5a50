package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// arrival is one request at the target: /?job=JOB&second=SECOND. ecron's jobs have no second in their URL; it sends the
// scheduled time in a header field.
type arrival struct {
	job    int
	second int64 // the scheduled time, in seconds since the epoch
	at     time.Time
}

// target responds to each request with 200 and an empty body, and records it.
type target struct {
	listener net.Listener
	mutex    sync.Mutex
	arrivals []arrival
}

var response = []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

func newTarget() (*target, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &target{listener: listener}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go t.serve(connection)
		}
	}()
	return t, nil
}

func (t *target) url() string { return "http://" + t.listener.Addr().String() }

// take returns the arrivals since the last call.
func (t *target) take() []arrival {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	taken := t.arrivals
	t.arrivals = make([]arrival, 0, len(taken))
	return taken
}

func (t *target) count() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return len(t.arrivals)
}

// serve avoids net/http: the target must not be what limits the schedulers.
func (t *target) serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 16*1024)
	for {
		received, err := readRequest(reader)
		if err != nil {
			return
		}
		t.mutex.Lock()
		t.arrivals = append(t.arrivals, received)
		t.mutex.Unlock()
		if _, err := connection.Write(response); err != nil {
			return
		}
	}
}

func readRequest(reader *bufio.Reader) (arrival, error) {
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return arrival{}, err
	}
	received := arrival{job: int(parameter(line, "job=")), second: parameter(line, "second=")}
	length := 0
	for {
		line, err = reader.ReadSlice('\n')
		if err != nil {
			return arrival{}, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, found := field(line, "X-Ecron-Scheduled-At"); found {
			scheduled, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return arrival{}, err
			}
			received.second = scheduled.Unix()
		}
		if value, found := field(line, "Content-Length"); found {
			if length, err = strconv.Atoi(value); err != nil {
				return arrival{}, err
			}
		}
	}
	if _, err := reader.Discard(length); err != nil {
		return arrival{}, err
	}
	received.at = time.Now()
	return received, nil
}

// parameter returns the number after name in a request line, or -1.
func parameter(line []byte, name string) int64 {
	begin := bytes.Index(line, []byte(name))
	if begin < 0 {
		return -1
	}
	digits := line[begin+len(name):]
	end := bytes.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(digits)
	}
	number, err := strconv.ParseInt(string(digits[:end]), 10, 64)
	if err != nil {
		return -1
	}
	return number
}

// field returns the value of a header line with this name.
func field(line []byte, name string) (string, bool) {
	if len(line) <= len(name) || line[len(name)] != ':' || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return "", false
	}
	return string(bytes.TrimSpace(line[len(name)+1:])), true
}

// tally compares arrivals with a plan: each of a number of jobs once in each of some seconds.
type tally struct {
	Planned   int `json:"planned"`
	OnTime    int `json:"on_time"` // within the second after the scheduled time
	Missing   int `json:"missing"`
	Doubled   int `json:"doubled"`
	Unplanned int `json:"unplanned"` // of another job, or before the scheduled time
}

// Quartz fires up to two milliseconds early.
const earliest = 5 * time.Millisecond

func (t tally) share() float64 { return float64(t.OnTime) / float64(t.Planned) }

func (t tally) String() string {
	return fmt.Sprintf("%d planned, %.3f %% on time, %d missing, %d doubled, %d unplanned",
		t.Planned, 100*t.share(), t.Missing, t.Doubled, t.Unplanned)
}

// compare ignores arrivals for seconds outside [first, first+seconds).
func compare(arrivals []arrival, jobs int, first int64, seconds int) tally {
	result := tally{Planned: jobs * seconds}
	seen := make([]bool, result.Planned)
	for _, one := range arrivals {
		if one.second < first || one.second >= first+int64(seconds) {
			continue
		}
		if one.job < 0 || one.job >= jobs || one.at.Before(time.Unix(one.second, 0).Add(-earliest)) {
			result.Unplanned++
			continue
		}
		place := int(one.second-first)*jobs + one.job
		if seen[place] {
			result.Doubled++
			continue
		}
		seen[place] = true
		if one.at.Before(time.Unix(one.second+1, 0)) {
			result.OnTime++
		}
	}
	for _, found := range seen {
		if !found {
			result.Missing++
		}
	}
	return result
}
