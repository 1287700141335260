#pragma once

namespace hermetric {

/// Where overlayfs notes what a directory of a layer is: in attributes that only the host's root can set, or, for an
/// overlay that another root has mounted, in such that every owner can (overlayfs.rst, "userxattr").
struct OverlayAttributes {
  const char* opaque;
  const char* redirect;
};

inline constexpr OverlayAttributes kTrustedAttributes{"trusted.overlay.opaque", "trusted.overlay.redirect"};
inline constexpr OverlayAttributes kUserAttributes{"user.overlay.opaque", "user.overlay.redirect"};

constexpr const OverlayAttributes& overlay_attributes(bool rootless) {
  return rootless ? kUserAttributes : kTrustedAttributes;
}

}  // namespace hermetric
