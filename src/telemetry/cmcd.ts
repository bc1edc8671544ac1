// Common Media Client Data, version 2 (CTA-5004-B): records as text and back. Pure: the watch page uses it too.
export { decodeCmcd, decodeCmcdLines, decodeCmcdQuery } from "./cmcd/decode.ts";
export { encodeCmcd, encodeCmcdLines, encodeCmcdQuery } from "./cmcd/encode.ts";
export {
  CMCD_KEYS_LIMIT,
  CMCD_LIST_LIMIT,
  CMCD_MEDIA_TYPE,
  CMCD_QUERY_NAME,
  CMCD_RECORD_LENGTH_LIMIT,
  CMCD_RECORDS_LIMIT,
  type CmcdBare,
  type CmcdItem,
  cmcdKeys,
  cmcdNumber,
  type CmcdRecord,
  cmcdText,
  type CmcdToken,
  type CmcdValue,
  CUE_LATE_MS,
} from "./cmcd/values.ts";
