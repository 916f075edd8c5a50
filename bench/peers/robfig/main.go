// An adapter for robfig/cron v3, which keeps its jobs in memory. See scheduler.go of the driver for the commands.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const connections = 256 // as ecron's connections_per_host

var (
	target = os.Getenv("PEERS_TARGET")
	client = &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections},
		Timeout:   time.Minute,
	}
)

// call is a run. robfig/cron does not tell a job its scheduled time: it is the second in which the run starts.
func call(job int) {
	response, err := client.Get(fmt.Sprintf("%s/?job=%d&second=%d", target, job, time.Now().Unix()))
	if err != nil {
		fmt.Fprintln(os.Stderr, "robfig:", err)
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func recurring(jobs int, first int64) (*cron.Cron, error) {
	scheduler := cron.New(cron.WithSeconds())
	for i := 0; i < jobs; i++ {
		job := i
		if _, err := scheduler.AddFunc("* * * * * *", func() { call(job) }); err != nil {
			return nil, err
		}
	}
	go func() {
		time.Sleep(time.Until(time.Unix(first, 0)) - time.Second/4)
		scheduler.Start()
	}()
	return scheduler, nil
}

func main() {
	var scheduler *cron.Cron
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var err error
		var jobs int
		var first int64
		words := strings.Fields(input.Text())
		switch words[0] {
		case "settings":
			fmt.Printf("ok in memory; at most %d connections to the target\n", connections)
			continue
		case "recurring":
			if _, err = fmt.Sscan(words[1]+" "+words[2], &jobs, &first); err == nil {
				scheduler, err = recurring(jobs, first)
			}
		case "resume": // there is nothing to resume
		case "stop":
			if scheduler != nil {
				scheduler.Stop()
			}
		default:
			err = fmt.Errorf("unknown command")
		}
		if err != nil {
			fmt.Println("error", err)
		} else {
			fmt.Println("ok")
		}
	}
}
