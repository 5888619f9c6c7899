// The doctor's page for urgent calls; the console embeds the same element.

import './room/desk.js';
