/** To be imported before anything that makes schemas: these would try `new Function`, which the page's policy forbids and reports. */
import { config } from "zod";

config({ jitless: true });
