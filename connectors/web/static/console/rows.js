// Rows of links, gone along by j and k.

import { cursor } from './shell.js';
import './proposals.js';

cursor(() => [...document.querySelectorAll('.row a')]);
