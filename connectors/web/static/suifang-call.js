// <suifang-call token="LINK"></suifang-call>: a spoken follow-up.

export { SuifangCall } from './call/element.js';
