package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// peer is what the driver must know of a scheduler.
type peer struct {
	table     string // has a row per job; empty: jobs are in memory only
	oneShots  bool
	prepares  int // jobs created per second before a measurement, at least
	startRate int // of the search for the highest rate, in runs/s
}

var peers = map[string]peer{
	"ecron":        {"t_cron_job", true, 2000, 4000},
	"robfig":       {"", false, 50000, 8000},
	"db-scheduler": {"scheduled_tasks", true, 2000, 500},
	"quartz":       {"QRTZ_TRIGGERS", true, 200, 100},
}

// plan is the extent of a measurement.
type plan struct {
	warmUp, window int // of a step of the search, in seconds
	search         time.Duration
	create         time.Duration
	burst          int
}

const (
	enoughOnTime  = 0.999
	nearlyOnTime  = 0.5 // such a step is repeated once: a disturbance, such as a slow sync of the disk, must not decide
	resolution    = 10  // the search ends if the lowest failed rate is at most a tenth above the highest
	highestRate   = 64000
	stall         = 15 * time.Second // without an arrival for this long, none is expected
	restartJobs   = 20
	restartWait   = 90 * time.Second
	inMemoryWait  = 10 * time.Second
	latestArrival = 3 * time.Second // after the end of a window
)

type measurement struct {
	peer
	plan
	name      string
	scheduler scheduler
	target    *target
}

// prepare calls create with a second that is far enough away to create the jobs before it.
func (m *measurement) prepare(jobs int, create func(jobs int, second int64) error) (int64, error) {
	allowed := time.Duration(3+jobs/m.prepares) * time.Second
	for {
		if err := emptyDatabase(); err != nil {
			return 0, err
		}
		m.target.take()
		second := time.Now().Add(allowed).Unix() + 1
		if err := create(jobs, second); err != nil {
			return 0, err
		}
		if time.Until(time.Unix(second, 0)) > time.Second/2 {
			return second, nil
		}
		if err := m.scheduler.stop(); err != nil {
			return 0, err
		}
		if allowed *= 2; allowed > askTimeout {
			return 0, fmt.Errorf("%d jobs cannot be created in %s", jobs, allowed/2)
		}
	}
}

func sleepUntil(second int64) { time.Sleep(time.Until(time.Unix(second, 0))) }

// await returns when there are as many arrivals, or none has arrived for a time, or at the end.
func (m *measurement) await(arrivals int, stall time.Duration, end time.Time) {
	seen, progress := m.target.count(), time.Now()
	for seen < arrivals && time.Since(progress) < stall && time.Now().Before(end) {
		time.Sleep(20 * time.Millisecond)
		if now := m.target.count(); now > seen {
			seen, progress = now, time.Now()
		}
	}
}

type step struct {
	Rate int `json:"rate"` // jobs, each due once a second
	tally
	CPU float64 `json:"cpu"` // microseconds of the scheduler's process per run
}

func (m *measurement) step(rate int) (step, error) {
	first, err := m.prepare(rate, m.scheduler.recurring)
	if err != nil {
		return step{}, err
	}
	from := first + int64(m.warmUp)
	to := from + int64(m.window)
	sleepUntil(from)
	before, err := cpu(m.scheduler.pid())
	if err != nil {
		return step{}, err
	}
	arrivedBefore := m.target.count()
	sleepUntil(to)
	after, err := cpu(m.scheduler.pid())
	if err != nil {
		return step{}, err
	}
	arrived := m.target.count() - arrivedBefore
	m.await((m.warmUp+m.window+1)*rate, latestArrival, time.Now().Add(latestArrival))
	if err := m.scheduler.stop(); err != nil {
		return step{}, err
	}
	result := step{rate, compare(m.target.take(), rate, from, m.window), 0}
	if arrived > 0 {
		result.CPU = float64((after - before).Microseconds()) / float64(arrived)
	}
	say("%s: %d jobs each second: %s, %.0f us/run", m.name, rate, result.tally, result.CPU)
	return result, nil
}

type recurring struct {
	Best   step   `json:"best"`   // the highest rate that was delivered on time
	Failed int    `json:"failed"` // the lowest rate that was not; 0: none
	Steps  []step `json:"steps"`
}

func (m *measurement) findRate() (*recurring, error) {
	result := &recurring{}
	for begin, rate := time.Now(), m.startRate; time.Since(begin) < m.search && rate > 0 && rate <= highestRate; {
		one, err := m.step(rate)
		if err != nil {
			return nil, err
		}
		if one.share() < enoughOnTime && one.share() >= nearlyOnTime {
			result.Steps = append(result.Steps, one)
			if one, err = m.step(rate); err != nil {
				return nil, err
			}
		}
		result.Steps = append(result.Steps, one)
		if one.share() >= enoughOnTime {
			result.Best = one
		} else {
			result.Failed = rate
		}
		best, failed := result.Best.Rate, result.Failed
		switch {
		case failed == 0:
			rate = 2 * best
		case failed-best <= best/resolution:
			return result, nil
		default:
			rate = (best + failed) / 2
		}
	}
	return result, nil
}

type burst struct {
	tally
	Seconds float64 `json:"seconds"` // from the due time to the last arrival
	CPU     float64 `json:"cpu"`     // microseconds of the scheduler's process per run
}

func (m *measurement) measureBurst() (*burst, error) {
	due, err := m.prepare(m.burst, m.scheduler.burst)
	if err != nil {
		return nil, err
	}
	sleepUntil(due)
	before, err := cpu(m.scheduler.pid())
	if err != nil {
		return nil, err
	}
	m.await(m.burst, stall, time.Now().Add(askTimeout))
	after, err := cpu(m.scheduler.pid())
	if err != nil {
		return nil, err
	}
	time.Sleep(2 * time.Second) // for runs that arrive twice
	if err := m.scheduler.stop(); err != nil {
		return nil, err
	}
	arrivals := m.target.take()
	result := &burst{tally: compare(arrivals, m.burst, due, 1)}
	if len(arrivals) > 0 {
		result.Seconds = arrivals[len(arrivals)-1].at.Sub(time.Unix(due, 0)).Seconds()
		result.CPU = float64((after - before).Microseconds()) / float64(len(arrivals))
	}
	say("%s: %d one-shots in %.2f s: %s, %.0f us/run", m.name, m.burst, result.Seconds, result.tally, result.CPU)
	return result, nil
}

type creation struct {
	Callers int     `json:"callers"`
	Rate    float64 `json:"rate"` // jobs/s
	Created int     `json:"created"`
	Stored  int     `json:"stored"` // rows in the database afterwards
}

func (m *measurement) measureCreation(callers int, duration time.Duration) (creation, error) {
	if err := emptyDatabase(); err != nil {
		return creation{}, err
	}
	jobs, took, err := m.scheduler.create(callers, duration)
	if err != nil {
		return creation{}, err
	}
	stored, err := countRows(m.table)
	if err != nil {
		return creation{}, err
	}
	say("%s: %d jobs created by %d callers in %.2f s, %d stored", m.name, jobs, callers, took.Seconds(), stored)
	return creation{callers, float64(jobs) / took.Seconds(), jobs, stored}, m.scheduler.stop()
}

func (m *measurement) measureCreations() ([]creation, error) {
	var all []creation
	if _, err := m.measureCreation(16, m.create/2); err != nil { // warms up
		return nil, err
	}
	for _, callers := range []int{16, 64} {
		one, err := m.measureCreation(callers, m.create)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

type restart struct {
	Survived bool    `json:"survived"`
	Seconds  float64 `json:"seconds"` // from the start of the new process until every job ran
}

// add adds the jobs of the arrivals since the last call.
func (m *measurement) add(ran map[int]bool) {
	for _, one := range m.target.take() {
		ran[one.job] = true
	}
}

// restart kills the process half a second after a full second, when nothing runs, and starts another one.
func (m *measurement) restart() (*restart, error) {
	first, err := m.prepare(restartJobs, m.scheduler.recurring)
	if err != nil {
		return nil, err
	}
	const seconds = 3
	time.Sleep(time.Until(time.Unix(first+seconds, 0).Add(time.Second / 2)))
	ran := map[int]bool{}
	if m.add(ran); len(ran) != restartJobs {
		return nil, fmt.Errorf("before the restart, %d of %d jobs ran", len(ran), restartJobs)
	}
	m.scheduler.kill()
	time.Sleep(time.Second)
	m.target.take()
	begin := time.Now()
	if err := m.scheduler.resume(); err != nil {
		return nil, err
	}
	wait := restartWait
	if m.table == "" {
		wait = inMemoryWait
	}
	result := &restart{}
	for ran = map[int]bool{}; time.Since(begin) < wait && !result.Survived; {
		time.Sleep(20 * time.Millisecond)
		m.add(ran)
		result.Survived = len(ran) == restartJobs
	}
	result.Seconds = time.Since(begin).Seconds()
	say("%s: restart: %+v", m.name, *result)
	return result, m.scheduler.stop()
}

// idleShare returns the share of processor time that was idle during a second.
func idleShare() float64 {
	read := func() (idle, all float64) {
		text, _ := os.ReadFile("/proc/stat")
		var values [10]float64
		line := strings.SplitN(string(text), "\n", 2)[0]
		for i, field := range strings.Fields(line)[1:] {
			if i < len(values) {
				_, _ = fmt.Sscan(field, &values[i])
				all += values[i]
			}
		}
		return values[3] + values[4], all
	}
	idle, all := read()
	time.Sleep(time.Second)
	idleAfter, allAfter := read()
	return (idleAfter - idle) / (allAfter - all)
}
