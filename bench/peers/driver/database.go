package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// databaseName is the database of the scheduler under test, at the server of scripts/with-database.
const databaseName = "peers"

func serverVariable(name string) string { return os.Getenv("ECRON_TEST_MYSQL_" + name) }

// query returns the output of a statement: rows as lines, columns separated by tabs.
func query(statement string) (string, error) {
	command := exec.Command("mariadb", "--no-defaults", "--host="+serverVariable("HOST"), "--port="+serverVariable("PORT"),
		"--user="+serverVariable("USER"), "--skip-column-names", "--batch", "-e", statement)
	command.Env = append(os.Environ(), "MYSQL_PWD="+serverVariable("PASSWORD"))
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %s", statement, output)
	}
	return strings.TrimSpace(string(output)), nil
}

func emptyDatabase() error {
	_, err := query(fmt.Sprintf("drop database if exists %s; create database %[1]s character set utf8mb4", databaseName))
	return err
}

func countRows(table string) (int, error) {
	output, err := query(fmt.Sprintf("select count(*) from %s.%s", databaseName, table))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(output)
}

// databaseSettings names the server and its durability.
func databaseSettings() (string, error) {
	return query("select concat(version(), ', innodb_flush_log_at_trx_commit=', @@innodb_flush_log_at_trx_commit, " +
		"', innodb_doublewrite=', @@innodb_doublewrite, ', innodb_buffer_pool_size=', @@innodb_buffer_pool_size >> 20, ' MiB')")
}
