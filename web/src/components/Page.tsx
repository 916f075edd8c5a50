import { type ReactNode, useEffect } from 'react';
import classes from './Page.module.css';

/// The frame of a view: the title, which is also the title of the document, actions at its right, the content below.
export function Page({
  title,
  actions,
  children,
  wide,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  useEffect(() => {
    document.title = `${title} · ecron`;
  }, [title]);
  return (
    <div className={`${classes.page} ${wide ? classes.wide : ''}`}>
      <header className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {actions ? <div className={classes.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

/// A titled panel of a view.
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={`panel ${classes.section}`} aria-label={title}>
      <header className={classes.sectionHead}>
        <h2 className={classes.sectionTitle}>{title}</h2>
        {aside ? <div className={classes.aside}>{aside}</div> : null}
      </header>
      {children}
    </section>
  );
}
