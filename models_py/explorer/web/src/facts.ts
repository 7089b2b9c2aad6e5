/** What the page has to know of its file before it can show any of it. */

import type { Engine } from "./engine";

export interface Person {
  id: string;
  role: string;
}

export interface Facts {
  people: Person[];
  usersInData: number;
  isDemo: boolean;
  /** Item types that the data have, those with lists first. */
  itemTypes: string[];
  headlineK: number;
}

export async function read(engine: Engine): Promise<Facts> {
  const people = await engine.records(`
    select user_id, role from excerpt.users left join users using (user_id) order by role is null, play_count desc, user_id
  `);
  const [facts] = await engine.records("select users_in_data, is_demo from excerpt.facts");
  const types = await engine.records(
    "select item_type, count(*) as items from item_popularity group by all order by item_type",
  );
  const [parameters] = await engine.records("select headline_k from evaluation_parameters");
  return {
    people: people.map(({ user_id, role }) => ({ id: user_id ?? "", role: role ?? "" })),
    usersInData: Number(facts?.users_in_data),
    isDemo: facts?.is_demo === "true",
    itemTypes: types.map((row) => row.item_type ?? ""),
    headlineK: Number(parameters?.headline_k),
  };
}

/** Whose data are in the file, in words. */
export function whose({ people, usersInData }: Facts): string {
  const all = usersInData.toLocaleString("en-GB");
  if (people.length === usersInData) return `The plays and lists of all ${all} users are in this file.`;
  const some = people.length === 1 ? "1 user is" : `${people.length.toLocaleString("en-GB")} users are`;
  return `The plays and lists of ${some} in this file, of ${all}. Those of the others are not; totals count everybody.`;
}
