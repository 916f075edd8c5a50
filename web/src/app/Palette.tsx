import { Modal } from '@mantine/core';
import { useText } from '../i18n';

export function Palette({ onClose }: { onClose: () => void; onHelp: () => void }) {
  const t = useText();
  return <Modal opened onClose={onClose} title={t.palette.title} />;
}
