// Oracle: the next runs according to robfig/cron v3, for comparison with ecron.
//
// Reads lines "count TAB zone TAB start TAB expression" (start in Unix seconds) and writes for each one a line with
// the next runs after the start in Unix seconds, or "error: reason".
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// The six fields and descriptors of the previous service.
var parser = cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

func answer(line string) (text string) {
	// The parser panics on some texts, such as "TZ=" without a space.
	defer func() {
		if reason := recover(); reason != nil {
			text = fmt.Sprintf("error: %v", reason)
		}
	}()
	parts := strings.SplitN(line, "\t", 4)
	count, _ := strconv.Atoi(parts[0])
	zone, err := time.LoadLocation(parts[1])
	if err != nil {
		return "error: " + err.Error()
	}
	start, _ := strconv.ParseInt(parts[2], 10, 64)
	schedule, err := parser.Parse(parts[3])
	if err != nil {
		return "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	runs := []string{}
	for next := schedule.Next(time.Unix(start, 0).In(zone)); !next.IsZero() && len(runs) < count; next = schedule.Next(next) {
		runs = append(runs, strconv.FormatInt(next.Unix(), 10))
	}
	return strings.Join(runs, " ")
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		fmt.Fprintln(out, answer(in.Text()))
	}
}
