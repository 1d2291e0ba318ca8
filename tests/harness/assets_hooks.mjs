const ASSETS = "/assets/";

export function resolve(specifier, context, next) {
  if (!specifier.startsWith(ASSETS)) return next(specifier, context);
  return next(new URL(`../../var/assets/${specifier.slice(ASSETS.length)}`, import.meta.url).href, context);
}
