// Wording and thresholds: finding one.

import { filter } from './find.js';

filter(() => document.querySelectorAll('details tr'));
