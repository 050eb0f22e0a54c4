// On every page of whoever is logged in: lists kept for check-in leave this device when their day is over.

import { forgetPastPages } from "./check_in_offline.js";

forgetPastPages();
