import { createTheme, type MantineColorsTuple } from '@mantine/core';

/// The only accent colour. Colours of states are in styles/tokens.css, as they differ between the themes.
const iris: MantineColorsTuple = [
  '#f0f1fe',
  '#dedffa',
  '#bcbef3',
  '#989aec',
  '#7a7de5',
  '#6366dc',
  '#5659d2',
  '#4f52c8',
  '#4144ad',
  '#343791',
];

/// Cool greys, for a calm page in both themes.
const dark: MantineColorsTuple = [
  '#e6e7ea',
  '#c3c6cd',
  '#9fa4af',
  '#757b88',
  '#3a3f4a',
  '#2c3039',
  '#22252d',
  '#191b21',
  '#131519',
  '#0d0e11',
];

/// Read by vite.config.ts as well, which turns it into a style sheet: no functions that need a browser.
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris, dark },
  autoContrast: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  components: {
    // react-remove-scroll, behind lockScroll, injects a <style> element.
    Modal: { defaultProps: { lockScroll: false, centered: false, transitionProps: { duration: 100 } } },
    ModalRoot: { defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } },
    Drawer: { defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } },
    DrawerRoot: { defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } },
    // The content of a menu belongs to the landmark of the view; an element without a role in it is no item.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, portalProps: { target: '#content' } } },
    Tooltip: { defaultProps: { withArrow: false, openDelay: 250, transitionProps: { duration: 80 } } },
    // Controls are 32 px high, as the filters and the items of the navigation are.
    Button: {
      defaultProps: { size: 'sm' },
      vars: (_theme: unknown, props: { size?: string }) =>
        props.size === 'sm'
          ? { root: { '--button-height': '32px', '--button-padding-x': '12px', '--button-fz': '13px' } }
          : { root: {} },
    },
    Input: {
      vars: (_theme: unknown, props: { size?: string }) =>
        props.size === undefined || props.size === 'sm'
          ? { wrapper: { '--input-height': '32px', '--input-fz': '13px' } }
          : { wrapper: {} },
    },
    // Rounder, a small one looks like a radio button.
    Checkbox: { defaultProps: { radius: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});
