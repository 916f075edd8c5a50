package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// scheduler is a scheduler under test, in a process of its own. Job numbers begin at 0.
type scheduler interface {
	// settings describes what differs from the defaults, and who recommends it.
	settings() (string, error)
	// recurring creates jobs that are due at each full second, from a second on.
	recurring(jobs int, first int64) error
	// burst creates one-shots that are due at a second.
	burst(jobs int, due int64) error
	// create creates jobs with this many callers for this long, and returns their number and the time taken.
	create(callers int, duration time.Duration) (int, time.Duration, error)
	// resume continues with the jobs in the database.
	resume() error
	// stop ends the scheduling; the process may remain, for the next jobs in another database.
	stop() error
	// kill ends the process by SIGKILL.
	kill()
	pid() int
}

// Quartz takes minutes to create 100,000 jobs, and to run them.
const askTimeout = 15 * time.Minute

// child is a process that ends with the driver.
type child struct {
	command *exec.Cmd
	ended   chan struct{}
}

// start must be called from the main thread: the kernel ends the child with the thread that created it.
func startChild(command *exec.Cmd) (*child, error) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return nil, err
	}
	c := &child{command, make(chan struct{})}
	go func() {
		_ = command.Wait()
		close(c.ended)
	}()
	return c, nil
}

func (c *child) end(signal syscall.Signal) {
	_ = c.command.Process.Signal(signal)
	select {
	case <-c.ended:
	case <-time.After(20 * time.Second):
		_ = c.command.Process.Kill()
		<-c.ended
	}
}

// adapter is a scheduler that reads commands from standard input, one per line, and answers each with a line that
// begins with "ok" or "error".
type adapter struct {
	arguments []string
	log       *os.File // its standard error
	*child
	input io.Writer
	lines chan string
}

func newAdapter(arguments []string, logPath string) (*adapter, error) {
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	a := &adapter{arguments: arguments, log: log}
	return a, a.start()
}

func (a *adapter) start() error {
	command := exec.Command(a.arguments[0], a.arguments[1:]...)
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	command.Stdout, command.Stderr = writer, a.log
	a.child, err = startChild(command)
	writer.Close()
	if err != nil {
		return err
	}
	a.input, a.lines = input, make(chan string, 16)
	go func(lines chan string) {
		defer close(lines)
		defer reader.Close()
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}(a.lines)
	return nil
}

func (a *adapter) ask(format string, arguments ...interface{}) (string, error) {
	line := fmt.Sprintf(format, arguments...)
	if _, err := io.WriteString(a.input, line+"\n"); err != nil {
		return "", err
	}
	select {
	case answer, open := <-a.lines:
		if !open {
			return "", fmt.Errorf("the adapter ended at %q; its log is %s", line, a.log.Name())
		}
		if answer != "ok" && !strings.HasPrefix(answer, "ok ") {
			return "", fmt.Errorf("%q: %s", line, answer)
		}
		return strings.TrimPrefix(strings.TrimPrefix(answer, "ok"), " "), nil
	case <-time.After(askTimeout):
		return "", fmt.Errorf("%q was not answered", line)
	}
}

func (a *adapter) tell(format string, arguments ...interface{}) error {
	_, err := a.ask(format, arguments...)
	return err
}

func (a *adapter) settings() (string, error) { return a.ask("settings") }
func (a *adapter) recurring(jobs int, first int64) error {
	return a.tell("recurring %d %d", jobs, first)
}
func (a *adapter) burst(jobs int, due int64) error { return a.tell("burst %d %d", jobs, due) }
func (a *adapter) stop() error                     { return a.tell("stop") }
func (a *adapter) kill()                           { a.child.end(syscall.SIGKILL) }
func (a *adapter) pid() int                        { return a.command.Process.Pid }

func (a *adapter) create(callers int, duration time.Duration) (int, time.Duration, error) {
	answer, err := a.ask("create %d %d", callers, duration.Milliseconds())
	if err != nil {
		return 0, 0, err
	}
	var jobs, milliseconds int
	if _, err := fmt.Sscan(answer, &jobs, &milliseconds); err != nil {
		return 0, 0, fmt.Errorf("create answered %q", answer)
	}
	return jobs, time.Duration(milliseconds) * time.Millisecond, nil
}

// resume is called after kill.
func (a *adapter) resume() error {
	if err := a.start(); err != nil {
		return err
	}
	return a.tell("resume")
}

// cpu returns the processor time that a process has used.
func cpu(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name of the program, in parentheses, may contain spaces; utime and stime are the 14th and 15th field.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int64
	for _, value := range fields[11:13] {
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += number
	}
	const perSecond = 100 // USER_HZ of Linux
	return time.Duration(ticks) * time.Second / perSecond, nil
}
