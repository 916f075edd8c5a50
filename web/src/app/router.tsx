import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { SignedIn } from '../auth/SignedIn';
import { parseEditorSearch } from '../views/editor/search';
import { parseExecutionSearch } from '../views/execution/search';
import { parseExecutionsSearch } from '../views/executions/search';
import { parseJobSearch } from '../views/job/search';
import { parseJobsSearch } from '../views/jobs/search';
import { parseOperationsSearch } from '../views/operations/search';
import { parseScheduleSearch } from '../views/schedule/search';
import { Crash, NotFound } from './fallbacks';
import { Shell } from './Shell';
import { parseSearch, stringifySearch } from './search';

/// The routes of the page. Each view is a chunk of its own, and declares its search parameters in its search.ts.
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../views/overview/OverviewView'), 'OverviewView'),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  validateSearch: parseJobsSearch,
  component: lazyRouteComponent(() => import('../views/jobs/JobsView'), 'JobsView'),
});

const newJob = createRoute({
  getParentRoute: () => root,
  path: '/jobs/new',
  validateSearch: parseEditorSearch,
  component: lazyRouteComponent(() => import('../views/editor/EditorView'), 'EditorView'),
});

const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$jobId',
  validateSearch: parseJobSearch,
  component: lazyRouteComponent(() => import('../views/job/JobView'), 'JobView'),
});

const editJob = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$jobId/edit',
  validateSearch: parseEditorSearch,
  component: lazyRouteComponent(() => import('../views/editor/EditorView'), 'EditorView'),
});

const executions = createRoute({
  getParentRoute: () => root,
  path: '/executions',
  validateSearch: parseExecutionsSearch,
  component: lazyRouteComponent(() => import('../views/executions/ExecutionsView'), 'ExecutionsView'),
});

const execution = createRoute({
  getParentRoute: () => root,
  path: '/executions/$executeId',
  validateSearch: parseExecutionSearch,
  component: lazyRouteComponent(() => import('../views/execution/ExecutionView'), 'ExecutionView'),
});

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedule',
  validateSearch: parseScheduleSearch,
  component: lazyRouteComponent(() => import('../views/schedule/ScheduleView'), 'ScheduleView'),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  validateSearch: parseOperationsSearch,
  component: lazyRouteComponent(() => import('../views/operations/OperationsView'), 'OperationsView'),
});

/// Where the authorization server returns to.
const signedIn = createRoute({ getParentRoute: () => root, path: '/signed-in', component: SignedIn });

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    jobs,
    newJob,
    job,
    editJob,
    executions,
    execution,
    schedule,
    operations,
    signedIn,
  ]),
  basepath: '/ui',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: ({ error }: ErrorComponentProps) => <Crash error={error} />,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
