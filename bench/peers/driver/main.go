// The driver measures one scheduler after another and writes the report; scripts/peers calls it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// result is what is known of a scheduler; a workload that was not measured is nil.
type result struct {
	Version   string     `json:"version"`
	Problem   string     `json:"problem,omitempty"` // why it was skipped or failed
	Settings  string     `json:"settings,omitempty"`
	Database  string     `json:"database,omitempty"`
	Measured  string     `json:"measured,omitempty"`
	Idle      float64    `json:"idle,omitempty"` // share of the processors before the start
	Restart   *restart   `json:"restart,omitempty"`
	Creations []creation `json:"creations,omitempty"`
	Burst     *burst     `json:"burst,omitempty"`
	Recurring *recurring `json:"recurring,omitempty"`
}

type results map[string]*result

func say(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "peers: "+format+"\n", arguments...)
}

func load(path string) (results, error) {
	all := results{}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(text, &all)
}

func (all results) save(path string) error {
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func (m *measurement) run(workloads string, found *result) (err error) {
	wanted := func(name string) bool { return strings.Contains(","+workloads+",", ","+name+",") }
	if found.Settings, err = m.scheduler.settings(); err != nil {
		return err
	}
	if wanted("restart") {
		if found.Restart, err = m.restart(); err != nil {
			return err
		}
	}
	if wanted("create") && m.table != "" {
		if found.Creations, err = m.measureCreations(); err != nil {
			return err
		}
	}
	if wanted("burst") && m.oneShots {
		if found.Burst, err = m.measureBurst(); err != nil {
			return err
		}
	}
	if wanted("recurring") {
		found.Recurring, err = m.findRate()
	}
	return err
}

// options are the flags of a measurement, and the command that starts the adapter.
type options struct {
	name, workloads, ecron, log string // the log is a folder for ecron
	quick                       bool
	burst                       int
	adapter                     []string
}

func (o options) plan() plan {
	if o.quick {
		return plan{1, 4, 40 * time.Second, 2 * time.Second, o.burst / 10}
	}
	return plan{3, 10, 180 * time.Second, 5 * time.Second, o.burst}
}

func (o options) scheduler(at *target) (scheduler, error) {
	if o.name == "ecron" {
		return newEcron(o.ecron, at.url(), o.log)
	}
	os.Setenv("PEERS_TARGET", at.url())
	os.Setenv("PEERS_DATABASE", databaseName)
	return newAdapter(o.adapter, o.log)
}

func (o options) measure(found *result) (err error) {
	traits, known := peers[o.name]
	if !known {
		return fmt.Errorf("unknown scheduler %s", o.name)
	}
	found.Idle = idleShare()
	found.Measured = time.Now().UTC().Format("2006-01-02 15:04 UTC")
	if o.quick {
		found.Measured += ", --quick"
	}
	if found.Database, err = databaseSettings(); err != nil {
		return err
	}
	at, err := newTarget()
	if err != nil {
		return err
	}
	under, err := o.scheduler(at)
	if err != nil {
		return err
	}
	defer under.kill()
	m := &measurement{peer: traits, plan: o.plan(), name: o.name, scheduler: under, target: at}
	return m.run(o.workloads, found)
}

func main() {
	runtime.LockOSThread() // see startChild
	path := flag.String("results", "", "JSON file to which the results are added; logs are beside it")
	name := flag.String("peer", "", "scheduler to measure")
	version := flag.String("version", "", "its version")
	skipped := flag.String("skipped", "", "reason for which it is not measured")
	workloads := flag.String("workloads", "restart,create,burst,recurring", "workloads to measure")
	binary := flag.String("ecron", "", "binary of ecron")
	quick := flag.Bool("quick", false, "measure for a short time")
	jobs := flag.Int("burst", 10000, "one-shots that are due at one instant")
	output := flag.String("report", "", "write the report to this file, instead of measuring")
	flag.Parse()

	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	go func() { // the kernel ends the children
		<-stopped
		os.Exit(1)
	}()

	all, err := load(*path)
	switch {
	case err != nil:
	case *output != "":
		err = writeReport(all, *output)
	case *skipped != "":
		all[*name] = &result{Version: *version, Problem: "skipped: " + *skipped}
		err = all.save(*path)
	default:
		found := all[*name]
		if found == nil || found.Version != *version {
			found = &result{}
			all[*name] = found
		}
		found.Version = *version
		found.Problem = ""
		flags := options{*name, *workloads, *binary, *path + "." + *name + ".log", *quick, *jobs, flag.Args()}
		if err = flags.measure(found); err != nil {
			found.Problem = fmt.Sprintf("failed: %v", err)
		}
		if failed := all.save(*path); err == nil {
			err = failed
		}
	}
	if err != nil {
		say("%v", err)
		os.Exit(1)
	}
}
