/* llm.h, "version". */
#include "spec.h"

#include <ctype.h>

TEST("the library has the ABI version of the header") { CHECK_INT(llm_abi_version(), LLM_ABI_VERSION); }

TEST("the version is three numbers with dots") {
  const char *at = llm_version();
  int part;
  for (part = 0; part < 3; part++) {
    CHECK(isdigit((unsigned char)*at));
    while (isdigit((unsigned char)*at)) at++;
    if (part < 2) CHECK(*at++ == '.');
  }
  CHECK(*at == '\0' || *at == '-' || *at == '+');
}

TEST("the version is static: every call gives the same text at the same place") {
  const char *first = llm_version();
  CHECK(first == llm_version());
}
