package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

var order = []string{"ecron", "robfig", "db-scheduler", "quartz", "xxl-job", "dkron"}

const none = "—"

// ratio returns how many times larger a is than b.
func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return none
	}
	return fmt.Sprintf("%.2f", a/b)
}

func machine() string {
	processor := "unknown processor"
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "model name") {
			processor = strings.TrimSpace(line[strings.Index(line, ":")+1:])
			break
		}
	}
	kernel, _ := exec.Command("uname", "-sr").Output()
	return fmt.Sprintf("%d processors in use (%s), %s", runtime.NumCPU(), processor, strings.TrimSpace(string(kernel)))
}

type table struct {
	strings.Builder
}

func (t *table) row(cells ...string) { fmt.Fprintf(t, "| %s |\n", strings.Join(cells, " | ")) }

func (t *table) head(cells ...string) {
	t.row(cells...)
	t.row(strings.Split(strings.TrimSuffix(strings.Repeat("---,", len(cells)), ","), ",")...)
}

func (t *table) text(format string, arguments ...interface{}) {
	fmt.Fprintf(t, format+"\n\n", arguments...)
}

// correct describes missing, doubled and unplanned runs.
func correct(t tally) string {
	if t.Missing+t.Doubled+t.Unplanned == 0 {
		return fmt.Sprintf("each of %d once", t.Planned)
	}
	return fmt.Sprintf("of %d: %d missing, %d doubled, %d unplanned", t.Planned, t.Missing, t.Doubled, t.Unplanned)
}

func (t *table) recurring(all results, measured []string) {
	t.text("## Recurring jobs, all due at each full second")
	t.head("scheduler", "runs/s", "ecron ÷ it", "not on time at", "on time", "runs", "CPU for a run", "it ÷ ecron")
	var own step
	if one := all["ecron"]; one != nil && one.Recurring != nil {
		own = one.Recurring.Best
	}
	for _, name := range measured {
		found := all[name].Recurring
		if found == nil || found.Best.Rate == 0 {
			t.row(name, none, none, none, none, none, none, none)
			continue
		}
		best, failed := found.Best, none
		if found.Failed > 0 {
			failed = fmt.Sprint(found.Failed)
		}
		t.row(name, fmt.Sprint(best.Rate), ratio(float64(own.Rate), float64(best.Rate)), failed,
			fmt.Sprintf("%.2f %%", 100*best.share()), correct(best.tally), fmt.Sprintf("%.0f µs", best.CPU), ratio(best.CPU, own.CPU))
	}
	t.WriteString("\n")
}

func (t *table) bursts(all results, measured []string) {
	t.text("## One-shots, all due at one instant")
	t.head("scheduler", "one-shots", "delivered in", "runs/s", "ecron ÷ it", "runs", "CPU for a run", "it ÷ ecron")
	rate := func(found *burst) float64 { return float64(found.Planned-found.Missing) / found.Seconds }
	var own *burst
	if one := all["ecron"]; one != nil {
		own = one.Burst
	}
	for _, name := range measured {
		found := all[name].Burst
		if found == nil || found.Seconds == 0 {
			t.row(name, none, none, none, none, none, none, none)
			continue
		}
		speed, processor := none, none
		if own != nil {
			speed, processor = ratio(rate(own), rate(found)), ratio(found.CPU, own.CPU)
		}
		t.row(name, fmt.Sprint(found.Planned), fmt.Sprintf("%.2f s", found.Seconds), fmt.Sprintf("%.0f", rate(found)), speed,
			correct(found.tally), fmt.Sprintf("%.0f µs", found.CPU), processor)
	}
	t.WriteString("\n")
}

func (t *table) creations(all results, measured []string) {
	t.text("## Creation of jobs")
	t.head("scheduler", "jobs/s, 16 callers", "ecron ÷ it", "jobs/s, 64 callers", "ecron ÷ it", "stored")
	for _, name := range measured {
		found := all[name].Creations
		if len(found) != 2 {
			t.row(name, none, none, none, none, none)
			continue
		}
		cells, stored := []string{name}, "all"
		for i, one := range found {
			compared := none
			if own := all["ecron"]; own != nil && len(own.Creations) == len(found) {
				compared = ratio(own.Creations[i].Rate, one.Rate)
			}
			cells = append(cells, fmt.Sprintf("%.0f", one.Rate), compared)
			if one.Created != one.Stored {
				stored = fmt.Sprintf("%d of %d", one.Stored, one.Created)
			}
		}
		t.row(append(cells, stored)...)
	}
	t.WriteString("\n")
}

func (t *table) restarts(all results, measured []string) {
	t.text("## Restart after SIGKILL, with %d recurring jobs", restartJobs)
	t.head("scheduler", "jobs survive", "all ran again after")
	for _, name := range measured {
		switch found := all[name].Restart; {
		case found == nil:
			t.row(name, none, none)
		case found.Survived:
			t.row(name, "yes", fmt.Sprintf("%.1f s", found.Seconds))
		case peers[name].table == "":
			t.row(name, "no: they are in memory", none)
		default:
			t.row(name, fmt.Sprintf("no, within %.0f s", found.Seconds), none)
		}
	}
	t.WriteString("\n")
}

func (t *table) conditions(all results, measured []string) {
	t.text("## Versions and settings")
	t.head("scheduler", "version", "settings", "measured", "idle before")
	for _, name := range measured {
		one := all[name]
		t.row(name, one.Version, one.Settings, one.Measured, fmt.Sprintf("%.0f %%", 100*one.Idle))
	}
	t.WriteString("\n")
	for _, name := range order {
		if one := all[name]; one != nil && one.Problem != "" {
			t.text("**%s %s**: %s", name, one.Version, one.Problem)
		}
	}
}

func writeReport(all results, path string) error {
	var measured []string
	database := ""
	for _, name := range order {
		if one := all[name]; one != nil && one.Measured != "" {
			measured = append(measured, name)
			database = one.Database
		}
	}
	t := &table{}
	t.text("# ecron and its peers")
	t.text("Scheduler, target, database and callers share the machine: %s. Each scheduler runs alone. Database: %s. "+
		"bench/README.md defines the figures; ratios above 1 are in ecron's favour.", machine(), database)
	t.recurring(all, measured)
	t.bursts(all, measured)
	t.creations(all, measured)
	t.restarts(all, measured)
	t.conditions(all, measured)
	return os.WriteFile(path, []byte(strings.TrimRight(t.String(), "\n")+"\n"), 0o644)
}
