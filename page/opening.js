// @ts-check
// What the document came with: who we are, the rooms, and what was said last in
// one of them. The server writes it there for whom it knows by a cookie.

/** take returns it, and the next time nothing. @returns {Api.Opening | null} */
export function take() {
  const element = document.getElementById('opening');
  element?.remove();
  return element && JSON.parse(element.textContent ?? '');
}
