// Whoever stands before the login page is logged out: the lists kept for check-in leave this device.

import { forgetKeptPages } from "./check_in_offline.js";

forgetKeptPages();
