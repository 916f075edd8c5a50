import 'virtual:mantine-components.css';
import 'virtual:mantine-variables.css';
import './styles/tokens.css';
import './styles/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme, useEffectiveTheme } from './app/color_scheme';
import { preference } from './app/preferences';
import { makeQueryClient } from './app/query_client';
import { router } from './app/router';
import { theme } from './app/theme';
import { loadLanguage } from './i18n';

const client = makeQueryClient();

/// No element <style> or <script> may be injected: the server's Content-Security-Policy refuses them (web/README.md).
function App() {
  const scheme = useEffectiveTheme();
  return (
    <MantineProvider
      theme={theme}
      withCssVariables={false}
      withGlobalClasses={false}
      forceColorScheme={scheme}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

const element = document.getElementById('root');
if (!element) throw new Error('index.html has no #root');
applyTheme();
await loadLanguage(preference('language'));
createRoot(element).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
