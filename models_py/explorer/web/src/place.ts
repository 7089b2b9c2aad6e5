/** Where in the explorer somebody is: all of it is in the address, so that links and the back button work. */

export type Place = Record<string, string>;

export function place(): Place {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

export function link(where: Place): string {
  const given = Object.entries(where).filter(([, value]) => value !== "");
  return `#${new URLSearchParams(given)}`;
}

export function go(where: Place): void {
  location.hash = link(where);
}

/** The same place with some of it changed. */
export function changed(changes: Place): Place {
  return { ...place(), ...changes };
}
