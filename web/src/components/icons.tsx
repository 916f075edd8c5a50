/// Icons of the page: 16 px, drawn with the colour of the text, hidden from readers of the screen. An icon alone needs
/// an aria-label on its button.
const shapes = {
  overview: 'M2.5 8.5 5 6l2.5 3 3-5 3 4.5M2.5 13.5h11',
  jobs: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  executions: 'M4 2.8v10.4L13 8z',
  schedule: 'M3 3.5h10v10H3zM3 6.5h10M5.5 2v2.5M10.5 2v2.5',
  operations: 'M3 3h10v4H3zM3 9h10v4H3zM5.2 5h.01M5.2 11h.01',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM14 14l-3.4-3.4',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  retry: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.6h-2.6',
  stop: 'M4.5 4.5h7v7h-7z',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  dot: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  question: 'M6 6a2 2 0 1 1 2.8 1.8c-.5.3-.8.7-.8 1.4M8 11.8h.01',
  skip: 'M3 4l5 4-5 4zM8 4l5 4-5 4z',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.8v3M8 11.6h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5v3.5M8 5h.01',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  back: 'M10 4L6 8l4 4',
  toEnd: 'M4 4l4 4-4 4M11.5 4v8',
  ellipsis: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  wrap: 'M2.5 4h11M2.5 8h9a2 2 0 0 1 0 4H8M9.5 10.5 8 12l1.5 1.5M2.5 12H5',
  follow: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  compare: 'M5.5 2.5v11M10.5 2.5v11M5.5 5h-3v6h3M10.5 5h3v6h-3',
  trash: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  edit: 'M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  power: 'M8 2.5v5M4.8 4.6a5 5 0 1 0 6.4 0',
  tag: 'M2.5 7.5v-5h5l6 6-5 5zM5.2 5.2h.01',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  screen: 'M2 3h12v8H2zM6 13.5h4',
  globe:
    'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14c-2-2-2.5-4-2.5-6S6 4 8 2z',
  language: 'M2 4h7M5.5 2.5V4M7.5 4c-.6 2.6-2.4 4.6-5 5.8M4 6.2c.8 1.4 2 2.5 3.6 3.2M8 13.5l3-7 3 7M9 11.4h4',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  signOut: 'M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6',
  key: 'M10.5 8.5a3 3 0 1 0-2.8-1.9L3 11.3V13h2v-1.5h1.5V10l1.2-1.2a3 3 0 0 0 2.8-.3z',
  download: 'M8 2.5v7.5M4.5 7 8 10.5 11.5 7M3 13.5h10',
  link: 'M6.5 9.5l3-3M7 4.8l1.4-1.4a2.8 2.8 0 0 1 4 4L11 8.9M9 11.2l-1.4 1.4a2.8 2.8 0 0 1-4-4L5 7.1',
  database:
    'M3 4c0-1 2.2-1.8 5-1.8S13 3 13 4v8c0 1-2.2 1.8-5 1.8S3 13 3 12zM3 4c0 1 2.2 1.8 5 1.8S13 5 13 4M3 8c0 1 2.2 1.8 5 1.8S13 9 13 8',
  bell: 'M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.8 14h2.4',
};

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: 'none' }}
    >
      <path d={shapes[name]} />
    </svg>
  );
}
