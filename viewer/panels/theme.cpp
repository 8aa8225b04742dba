#include "viewer/panels/theme.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <imgui/imgui.h>

namespace heaptally::view {
namespace {

constexpr Colour32 rgb(std::uint32_t hex, std::uint32_t alpha = 255) {
  const std::uint32_t red = (hex >> 16) & 255;
  const std::uint32_t green = (hex >> 8) & 255;
  const std::uint32_t blue = hex & 255;
  return red | (green << 8) | (blue << 16) | (alpha << 24);
}

constexpr Palette light_palette() {
  Palette palette;
  palette.text = rgb(0x1c2330);
  palette.faint_text = rgb(0x667085);
  palette.background = rgb(0xffffff);
  palette.grid = rgb(0xe4e7ec);
  palette.accent = rgb(0x2563eb);
  palette.bar = rgb(0xbfd6fb);
  palette.live = rgb(0x3b82f6);
  palette.rss = rgb(0x98a2b3);
  palette.rate = rgb(0x0d9488);
  palette.mark = rgb(0x9333ea);
  palette.peak = rgb(0xdc2626);
  palette.range = rgb(0x2563eb, 38);
  palette.grew = rgb(0xd9483b);
  palette.shrank = rgb(0x2e8b57);
  palette.warning = rgb(0xb45309);
  palette.match = rgb(0xd946ef);
  return palette;
}

constexpr Palette dark_palette() {
  Palette palette;
  palette.dark = true;
  palette.text = rgb(0xe4e7ec);
  palette.faint_text = rgb(0x8b95a7);
  palette.background = rgb(0x14181f);
  palette.grid = rgb(0x2a313d);
  palette.accent = rgb(0x60a5fa);
  palette.bar = rgb(0x2b4a7d);
  palette.live = rgb(0x4c8df6);
  palette.rss = rgb(0x667085);
  palette.rate = rgb(0x2dd4bf);
  palette.mark = rgb(0xc084fc);
  palette.peak = rgb(0xf87171);
  palette.range = rgb(0x60a5fa, 46);
  palette.grew = rgb(0xf0715f);
  palette.shrank = rgb(0x4cc38a);
  palette.warning = rgb(0xf5b041);
  palette.match = rgb(0xe879f9);
  return palette;
}

constexpr std::array<Colour32, kSeries> kLightSeries = {rgb(0x3b82f6), rgb(0xf59e0b), rgb(0x10b981),
                                                        rgb(0x8b5cf6), rgb(0xef6461), rgb(0x06b6d4),
                                                        rgb(0x84a53b), rgb(0xc3cad6)};
constexpr std::array<Colour32, kSeries> kDarkSeries = {rgb(0x4c8df6), rgb(0xd99a2b), rgb(0x2fae84),
                                                       rgb(0x9277e8), rgb(0xd9605c), rgb(0x2aa6bd),
                                                       rgb(0x8aa648), rgb(0x4a5363)};

ImVec4 colour(Colour32 packed) { return ImGui::ColorConvertU32ToFloat4(packed); }

struct Surfaces {
  Colour32 window, child, popup, frame, hovered, active, header, border, row, tab;
};

constexpr Surfaces kLightSurfaces = {rgb(0xf5f6f8), rgb(0xffffff), rgb(0xffffff), rgb(0xe9ecf1),
                                     rgb(0xdde6f6), rgb(0xc7d9f7), rgb(0xd6e4fb), rgb(0xd5dae2),
                                     rgb(0xf7f8fa), rgb(0xe9ecf1)};
constexpr Surfaces kDarkSurfaces = {rgb(0x1a1f27), rgb(0x14181f), rgb(0x20262f), rgb(0x28303b),
                                    rgb(0x31405a), rgb(0x3a5078), rgb(0x2c4166), rgb(0x323a47),
                                    rgb(0x191e26), rgb(0x232a34)};

void apply_colours(bool dark) {
  const Palette& palette = palette_of(dark);
  const Surfaces& surfaces = dark ? kDarkSurfaces : kLightSurfaces;
  if (dark) {
    ImGui::StyleColorsDark();
  } else {
    ImGui::StyleColorsLight();
  }
  auto* const colours = ImGui::GetStyle().Colors;
  const auto set = [&](std::initializer_list<ImGuiCol> which, Colour32 value) {
    for (const ImGuiCol each : which) colours[each] = colour(value);
  };
  set({ImGuiCol_Text, ImGuiCol_CheckMark}, palette.text);
  set({ImGuiCol_TextDisabled}, palette.faint_text);
  set({ImGuiCol_WindowBg, ImGuiCol_MenuBarBg, ImGuiCol_TitleBg, ImGuiCol_TitleBgActive},
      surfaces.window);
  set({ImGuiCol_ChildBg, ImGuiCol_TableRowBg}, surfaces.child);
  set({ImGuiCol_PopupBg}, surfaces.popup);
  set({ImGuiCol_FrameBg, ImGuiCol_Button, ImGuiCol_ScrollbarBg}, surfaces.frame);
  set({ImGuiCol_FrameBgHovered, ImGuiCol_ButtonHovered, ImGuiCol_HeaderHovered,
       ImGuiCol_TabHovered},
      surfaces.hovered);
  set({ImGuiCol_FrameBgActive, ImGuiCol_ButtonActive, ImGuiCol_HeaderActive}, surfaces.active);
  set({ImGuiCol_Header}, surfaces.header);
  set({ImGuiCol_Border, ImGuiCol_Separator, ImGuiCol_TableBorderStrong, ImGuiCol_TableBorderLight},
      surfaces.border);
  set({ImGuiCol_TableRowBgAlt}, surfaces.row);
  set({ImGuiCol_TableHeaderBg}, surfaces.frame);
  set({ImGuiCol_Tab, ImGuiCol_TabUnfocused}, surfaces.tab);
  set({ImGuiCol_TabActive, ImGuiCol_TabUnfocusedActive}, surfaces.child);
  set({ImGuiCol_TextSelectedBg}, with_alpha(palette.accent, 0.3F));
  set({ImGuiCol_NavHighlight, ImGuiCol_PlotHistogram}, palette.accent);
  set({ImGuiCol_ModalWindowDimBg}, rgb(0x000000, 90));
}

constexpr const char* kFontFolder = "/usr/share/fonts/truetype/dejavu/";
constexpr float kTextSize = 15;
constexpr float kMonoSize = 14;
constexpr float kLargeSize = 21;

ImFont* add_font(const std::string& name, float size) {
  // Latin, Greek, dashes and quotes, arrows, mathematics, shapes: what texts and symbols use.
  static constexpr std::array<ImWchar, 15> kRanges = {0x0020, 0x024F, 0x0370, 0x04FF, 0x2010,
                                                      0x205E, 0x2190, 0x21FF, 0x2200, 0x22FF,
                                                      0x2500, 0x25FF, 0x2600, 0x27BF, 0};
  const std::string file = kFontFolder + name;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  if (!std::filesystem::exists(file)) {
    ImFontConfig config;
    config.SizePixels = size;
    return atlas.AddFontDefault(&config);
  }
  return atlas.AddFontFromFileTTF(file.c_str(), size, nullptr, kRanges.data());
}

}  // namespace

const Palette& palette_of(bool dark) {
  static constexpr Palette kLight = light_palette();
  static constexpr Palette kDark = dark_palette();
  return dark ? kDark : kLight;
}

Colour32 series_colour(const Palette& palette, std::size_t number) {
  const auto& series = palette.dark ? kDarkSeries : kLightSeries;
  return series.at(std::min(number, kSeries - 1));
}

Colour32 with_alpha(Colour32 colour, float alpha) {
  const auto opacity = static_cast<std::uint32_t>(std::clamp(alpha, 0.0F, 1.0F) * 255.0F + 0.5F);
  return (colour & 0x00ffffff) | (opacity << 24);
}

Colour32 mixed(Colour32 a, Colour32 b, float share) {
  const float part = std::clamp(share, 0.0F, 1.0F);
  Colour32 result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const auto from = static_cast<float>((a >> shift) & 255);
    const auto to = static_cast<float>((b >> shift) & 255);
    const auto value = static_cast<std::uint32_t>(from + (to - from) * part + 0.5F);
    result |= std::min(value, std::uint32_t{255}) << shift;
  }
  return result;
}

Colour32 text_on(Colour32 background) {
  const auto part = [&](int shift) { return static_cast<float>((background >> shift) & 255); };
  const float brightness = 0.299F * part(0) + 0.587F * part(8) + 0.114F * part(16);
  return brightness > 140 ? rgb(0x111827) : rgb(0xffffff);
}

Fonts load_fonts(float scale) {
  Fonts fonts;
  fonts.text = add_font("DejaVuSans.ttf", kTextSize * scale);
  fonts.mono = add_font("DejaVuSansMono.ttf", kMonoSize * scale);
  fonts.large = add_font("DejaVuSans-Bold.ttf", kLargeSize * scale);
  return fonts;
}

void apply_style(bool dark, float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.WindowPadding = {10, 8};
  style.FramePadding = {8, 4};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.CellPadding = {8, 3};
  style.ScrollbarSize = 13;
  style.WindowRounding = 0;
  style.ChildRounding = 4;
  style.FrameRounding = 4;
  style.PopupRounding = 5;
  style.TabRounding = 4;
  style.ScrollbarRounding = 6;
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 1;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.ScaleAllSizes(scale);
  apply_colours(dark);
}

}  // namespace heaptally::view
