// On every page of whoever is logged in: lists kept for check-in leave this device when their day is over, and people
// typed at the door leave it with the log-out. A login that merely ended keeps them, to be sent after the next one.

import { forgetPastPages } from "./check_in_offline.js";
import { forgetOldWalkIns, forgetWalkIns } from "./check_in_walk_ins.js";

forgetPastPages();
forgetOldWalkIns();

addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented && new URL(target.action).pathname === "/keluar") forgetWalkIns();
});
