#include "core/symbols/demangle.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(Demangle, CppNamesHaveTheirParameters) {
  EXPECT_EQ(demangle("_ZN2ns1fEi"), "ns::f(int)");
  EXPECT_EQ(demangle("_Znwm"), "operator new(unsigned long)");
  EXPECT_EQ(demangle("_ZN12_GLOBAL__N_16helperEv"), "(anonymous namespace)::helper()");
  EXPECT_EQ(demangle("_ZN2ns1fB5cxx11Ei"), "ns::f[abi:cxx11](int)");
  EXPECT_EQ(demangle("_ZN2ns1fEi.cold"), "ns::f(int) [clone .cold]");
}

TEST(Demangle, RustLegacyNamesLoseTheirHash) {
  EXPECT_EQ(demangle("_ZN4core3fmt5write17h0123456789abcdefE"), "core::fmt::write");
  EXPECT_EQ(demangle("_ZN63_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..clone..Clone$GT$5clone"
                     "17h0123456789abcdefE"),
            "<alloc::vec::Vec<T> as core::clone::Clone>::clone");
}

TEST(Demangle, RustV0NamesLoseTheirHash) {
  EXPECT_EQ(demangle("_RNvNtCs1234_7mycrate3foo3bar"), "mycrate::foo::bar");
  EXPECT_EQ(demangle("_RINvNtC3std3mem8align_ofdE"), "std::mem::align_of::<f64>");
}

TEST(Demangle, OtherNamesStayAsTheyAre) {
  EXPECT_EQ(demangle(""), "");
  EXPECT_EQ(demangle("main"), "main");
  EXPECT_EQ(demangle("_start"), "_start");
  EXPECT_EQ(demangle("_Z"), "_Z");
  EXPECT_EQ(demangle("_Znonsense"), "_Znonsense");
  EXPECT_EQ(demangle("__libc_malloc"), "__libc_malloc");
}

TEST(Demangle, VersionsAreDropped) {
  EXPECT_EQ(demangle("memcpy@@GLIBC_2.14"), "memcpy");
  EXPECT_EQ(demangle("_Znwm@GLIBCXX_3.4"), "operator new(unsigned long)");
}

TEST(Demangle, ANameThatExpandsWithoutBoundIsLeftMangled) {
  // Each pair refers twice to the pair before it.
  std::string bomb = "_Z1fSt4pairIiiE";
  for (const char* last : {"S_",  "S0_", "S1_", "S2_", "S3_", "S4_", "S5_", "S6_", "S7_", "S8_",
                           "S9_", "SA_", "SB_", "SC_", "SD_", "SE_", "SF_", "SG_", "SH_", "SI_",
                           "SJ_", "SK_", "SL_", "SM_", "SN_", "SO_", "SP_", "SQ_", "SR_", "SS_"}) {
    bomb += std::string("St4pairI") + last + last + "E";
  }
  EXPECT_LE(demangle(bomb.c_str()).size(), 128u * 1024);
  EXPECT_EQ(demangle(std::string(1 << 20, '_').c_str()).size(), 1u << 20);
}

}  // namespace
}  // namespace heaptally
