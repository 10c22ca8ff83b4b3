// Text stays text, whoever puts it into the page. This part runs before all others.

/** What a library takes for markup is shown as it is written, in browsers with Trusted Types. */
window.trustedTypes?.createPolicy("default", {
  createHTML: (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
});
