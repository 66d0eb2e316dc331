export { text } from './en';
