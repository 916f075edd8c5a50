// Ory Hydra with SQLite in memory, pinned by go.mod, for scripts/with-hydra.
package main

import "github.com/ory/hydra/v2/cmd"

func main() { cmd.Execute() }
