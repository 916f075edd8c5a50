import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { runSql, type Server } from './servers';

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

/// The same on a database server.
const sqlCopy = (database: string, prefix: string, count: number) => `
use ${database};
set session max_recursive_iterations = ${count + 1};
set @columns = (select group_concat(column_name) from information_schema.columns where table_schema = database()
  and table_name = 't_cron_job' and column_name not in ('f_key_id', 'f_job_id', 'f_job_name')
  and coalesce(generation_expression, '') = '');
set @copy = concat('insert into t_cron_job (f_job_id, f_job_name, ', @columns, ')
  with recursive numbers as (select 0 as i union all select i + 1 from numbers where i < ${count - 1})
  select uuid(), concat(''${prefix}'', lpad(i, 6, ''0'')), ', @columns,
  ' from numbers, (select * from t_cron_job limit 1) original');
prepare copy from @copy;
execute copy;
`;

/// Fills the database of a server that has one job with copies of it, named by a prefix and a number. Faster than the
/// API, of which it is not a test.
export async function copyJob(server: Server, prefix: string, count: number): Promise<void> {
  await server.stop();
  if (server.database) runSql(sqlCopy(server.database, prefix, count));
  else execFileSync('python3', ['-c', kCopy, join(server.folder, 'ecron.db'), prefix, String(count)]);
  await server.start();
}
