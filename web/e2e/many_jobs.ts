import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Server } from './servers';

/// Copies the only job of the database; all members but the id and the name are those of the original.
const kCopy = `
import sqlite3, sys, uuid
path, prefix, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
base = sqlite3.connect(path)
columns = [row[1] for row in base.execute("pragma table_info(t_cron_job)") if row[1] != "f_key_id"]
original = dict(zip(columns, base.execute(f"select {', '.join(columns)} from t_cron_job").fetchone()))
def copy(index):
    return [*{**original, "f_job_id": str(uuid.uuid4()), "f_job_name": f"{prefix}{index:06}"}.values()]
marks = ", ".join("?" * len(columns))
base.executemany(f"insert into t_cron_job ({', '.join(columns)}) values ({marks})", map(copy, range(count)))
base.commit()
`;

/// Fills the database of a server that has one job with copies of it, named by a prefix and a number. Faster than the
/// API, of which it is not a test.
export async function copyJob(server: Server, prefix: string, count: number): Promise<void> {
  await server.stop();
  execFileSync('python3', ['-c', kCopy, join(server.folder, 'ecron.db'), prefix, String(count)]);
  await server.start();
}
