// The doctor's page for urgent calls; the console embeds the same element.

import './lang.js';
import './room/desk.js';
import { words } from './words.js';

document.title = words(document.documentElement.lang)('onDuty');
