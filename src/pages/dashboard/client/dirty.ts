/** Whether somebody has begun to fill in a form there: that must not be taken away. */
export function isDirty(region: HTMLElement): boolean {
  return [...region.querySelectorAll<HTMLInputElement>('textarea, input[type=radio], select')].some((field) => {
    if (field.type === 'radio') return field.checked;
    return field instanceof HTMLSelectElement ? field.selectedIndex > 0 : field.value.trim() !== '';
  });
}
