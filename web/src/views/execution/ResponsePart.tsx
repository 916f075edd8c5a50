import { useText } from '../../i18n';
import { duration } from '../../time/format';
import classes from './execution.module.css';
import { size } from './Output';
import type { Attempt } from './queries';
import { Pairs } from './RequestPart';

type Detail = {
  address?: string;
  http?: string;
  body_size?: number;
  headers?: Record<string, string>;
  redirects?: { status: number; method: string; url: string }[];
  pid?: number;
  exit_code?: number;
  signal?: number;
  cpu_ms?: number;
  max_memory?: number;
  output_size?: number;
  cluster?: string;
  namespace?: string;
  job?: string;
  pod?: string;
};

/// What came back: status and header fields of a response, or how a command or a Kubernetes Job ended.
export function ResponsePart({ attempt }: { attempt: Attempt }) {
  const t = useText();
  const words = t.execution.attempt;
  const detail = attempt.detail as Detail;
  const http = detail.http !== undefined || detail.address !== undefined;
  const facts: [string, string][] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') facts.push([name, String(value)]);
  };
  if (http) {
    add(words.status, attempt.code || undefined);
    add(words.address, detail.address);
    add(words.protocol, detail.http ? `HTTP/${detail.http}` : undefined);
    add(words.size, detail.body_size === undefined ? undefined : size(detail.body_size));
  } else {
    add(words.exitCode, detail.exit_code);
    add(words.signal, detail.signal);
    add(words.cpu, detail.cpu_ms === undefined ? undefined : duration(detail.cpu_ms));
    add(words.memory, detail.max_memory === undefined ? undefined : size(detail.max_memory));
    add(words.cluster, detail.cluster);
    add(words.namespace, detail.namespace);
    add(words.kubernetesJob, detail.job);
    add(words.pod, detail.pod);
    add(words.pid, detail.pid);
  }
  if (facts.length === 0 && !attempt.end_at) return null;
  return (
    <div className={classes.partColumn}>
      <h3 className={classes.partTitle}>{http ? words.response : words.result}</h3>
      {facts.length === 0 ? <p className={`${classes.partNote} soft`}>{words.noResponse}</p> : null}
      <dl className={classes.inlineFacts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
      {detail.headers && Object.keys(detail.headers).length > 0 ? (
        <Pairs name={words.headers} pairs={detail.headers} />
      ) : null}
      {detail.redirects?.length ? (
        <Pairs
          name={words.redirects}
          pairs={Object.fromEntries(
            detail.redirects.map(({ status, method, url }, index) => [
              `${index + 1}. ${status}`,
              `${method} ${url}`,
            ]),
          )}
        />
      ) : null}
    </div>
  );
}
