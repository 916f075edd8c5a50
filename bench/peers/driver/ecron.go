package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// ecron is this project's scheduler, used over its REST API. Its process ends with stop.
type ecron struct {
	binary, target, folder string // the folder has its log
	*child
	port int
}

func newEcron(binary, target, folder string) (*ecron, error) {
	return &ecron{binary: binary, target: target, folder: folder}, os.MkdirAll(folder, 0o700)
}

func (e *ecron) settings() (string, error) {
	return "defaults; jobs are created over the REST API", nil
}

const ecronCallers = 16

var client = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 100},
	Timeout:   time.Minute,
}

func (e *ecron) run() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.port = listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	command := exec.Command(e.binary, "serve")
	command.Dir = e.folder
	command.Env = append(os.Environ(), "ECRON_CRON_ADDR=127.0.0.1", fmt.Sprintf("ECRON_CRON_PORT=%d", e.port),
		"ECRON_RUN_DIR="+e.folder, "ECRON_DB_DRIVER=mysql", "ECRON_DB_ADDR="+serverVariable("HOST"),
		"ECRON_DB_PORT="+serverVariable("PORT"), "ECRON_DB_NAME="+databaseName,
		"ECRON_USER_NAME="+serverVariable("USER"), "ECRON_USER_PWD="+serverVariable("PASSWORD"))
	log, err := os.OpenFile(e.folder+"/log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	if e.child, err = startChild(command); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/health/ready", e.port))
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("ecron is not ready; its log is in %s", e.folder)
}

// body returns a job; begin may be empty.
func (e *ecron) body(number int, kind, expression, begin string) string {
	if begin != "" {
		begin = fmt.Sprintf(`,"begin_at":"%s"`, begin)
	}
	return fmt.Sprintf(`{"job_name":"job-%d","job_type":"%s","job_cron_time":"%s","enabled":true,"job_context":{`+
		`"mode":"http","exec":"%s/?job=%[1]d","info":{"method":"GET"}%[5]s}}`, number, kind, expression, e.target, begin)
}

func (e *ecron) post(body string) error {
	url := fmt.Sprintf("http://127.0.0.1:%d/api/ecron-management/v1/job", e.port)
	response, err := client.Post(url, "application/json", bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}

// each posts bodies until more returns false, and returns their number.
func (e *ecron) each(callers int, body func(int) string, more func(int) bool) (int, error) {
	var next, posted int64
	failures := make(chan error, callers)
	var group sync.WaitGroup
	for i := 0; i < callers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				number := int(atomic.AddInt64(&next, 1)) - 1
				if !more(number) {
					return
				}
				if err := e.post(body(number)); err != nil {
					failures <- err
					return
				}
				atomic.AddInt64(&posted, 1)
			}
		}()
	}
	group.Wait()
	select {
	case err := <-failures:
		return 0, err
	default:
		return int(posted), nil
	}
}

func upTo(jobs int) func(int) bool { return func(number int) bool { return number < jobs } }

func timestamp(second int64) string { return time.Unix(second, 0).UTC().Format(time.RFC3339) }

func (e *ecron) recurring(jobs int, first int64) error {
	if err := e.run(); err != nil {
		return err
	}
	_, err := e.each(ecronCallers, func(number int) string {
		return e.body(number, "scheduled", "* * * * * *", timestamp(first))
	}, upTo(jobs))
	return err
}

func (e *ecron) burst(jobs int, due int64) error {
	if err := e.run(); err != nil {
		return err
	}
	_, err := e.each(ecronCallers, func(number int) string {
		return e.body(number, "timed", timestamp(due), "")
	}, upTo(jobs))
	return err
}

func (e *ecron) create(callers int, duration time.Duration) (int, time.Duration, error) {
	if err := e.run(); err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	jobs, err := e.each(callers, func(number int) string {
		return e.body(number, "scheduled", "0 0 3 1 1 *", "")
	}, func(int) bool { return time.Since(begin) < duration })
	return jobs, time.Since(begin), err
}

func (e *ecron) resume() error { return e.run() }

func (e *ecron) stop() error {
	e.end(syscall.SIGTERM)
	return nil
}

func (e *ecron) kill() {
	if e.child != nil {
		e.end(syscall.SIGKILL)
	}
}

func (e *ecron) pid() int { return e.command.Process.Pid }
