// A studio portrait of a figure that plainly is a computer rendering: nobody is, or could be, shown.
// One unit is about half a head; y is up, x is the viewer's right, the camera looks along +z.
#version 3.7;

global_settings {
  assumed_gamma 1.0
  max_trace_level 6
  radiosity {
    pretrace_start 0.08
    pretrace_end 0.02
    count 120
    nearest_count 10
    error_bound 0.5
    recursion_limit 2
    low_error_factor 0.6
    brightness 0.9
  }
}

#declare Turn = 13; // degrees between the line of sight and the way the bust faces

camera {
  location <0, 0.12, -8.2>
  look_at <0, -0.2, 0>
  right x * image_width / image_height
  angle 25
  rotate y * Turn
}

// Key light from the upper left, a cool fill from the right, and a rim light from behind.
light_source { <-5.5, 5, -9> color srgb <1.0, 0.93, 0.85> * 1.35 area_light x * 3.4, y * 3.4, 6, 6 adaptive 1 circular orient }
light_source { <9, 1.5, -6> color srgb <0.72, 0.82, 1.0> * 0.45 shadowless }
light_source { <5, 6, 5> color srgb <1.0, 0.92, 0.82> * 0.85 area_light x * 2, y * 2, 4, 4 adaptive 1 circular orient }

// The backdrop: a seamless wall with a soft glow behind the head.
plane {
  z, 6
  pigment {
    spherical
    poly_wave 0.8
    color_map { [0 srgb <0.36, 0.42, 0.43>] [0.6 srgb <0.58, 0.64, 0.63>] [1 srgb <0.80, 0.83, 0.79>] }
    scale 6.5
    translate <-0.9, 0.2, 6>
  }
  finish { ambient 0 emission 0.9 diffuse 0 }
  rotate y * Turn
}

// ---- head: the surfaces come from bust.py ------------------------------------------------------------------------

#include "bust.inc"

#declare EyeX = 0.30;
#declare EyeY = 0.02;
#declare EyeZ = -0.70;

#declare SkinFinish = finish { ambient 0 diffuse 0.82 specular 0.16 roughness 0.06 }
#declare Tone = srgb <0.82, 0.63, 0.52>;
#declare Blush = srgb <0.82, 0.50, 0.42>;
#declare Skin = texture {
  pigment {
    // warmer on the cheeks, the nose and the ears
    function { min(1, 0.75 * exp(-7 * (pow(abs(x) - 0.42, 2) + pow(y + 0.30, 2))) + 0.45 * exp(-40 * (x * x + pow(y + 0.32, 2))) + 0.5 * (abs(x) > 0.78)) }
    color_map { [0 color Tone] [1 color Blush] }
  }
  normal { granite 0.012 scale 0.12 }
  finish { SkinFinish }
}

object { Skin_Mesh texture { Skin } }

// The point of the face straight behind (X, Y), lifted off it towards the camera.
#macro OnFace(X, Y, Lift)
  (trace(Skin_Mesh, <X, Y, -3>, z) - z * Lift)
#end

// ---- eyes ------------------------------------------------------------------------------------------------------

#macro Eye(Side)
  union {
    sphere {
      0, 0.162
      pigment {
        // rings around the line of sight, -z
        function { sqrt(x * x + y * y) / 0.162 + (z > 0) }
        color_map {
          [0.00 srgb <0.01, 0.01, 0.012>] [0.20 srgb <0.01, 0.01, 0.012>]
          [0.22 srgb <0.34, 0.24, 0.10>] [0.36 srgb <0.20, 0.29, 0.21>]
          [0.47 srgb <0.10, 0.17, 0.15>] [0.50 srgb <0.06, 0.09, 0.09>]
          [0.54 srgb <0.90, 0.88, 0.86>] [1.00 srgb <0.84, 0.78, 0.76>]
        }
      }
      finish { ambient 0 diffuse 0.82 }
      rotate <-1, Turn + Side * 1.5, 0>
    }
    // the cornea
    sphere { 0, 0.165 pigment { color srgbt 1 } finish { ambient 0 diffuse 0 specular 1.6 roughness 0.0012 reflection { 0.02, 0.25 } } }
    // upper and lower lid: shells cut by a plane through the centre of the eye
    #for (Lid, 0, 1)
      difference {
        sphere { 0, 0.184 }
        sphere { 0, 0.169 }
        plane { (Lid ? y : -y), 0 rotate x * (Lid ? 27 : -22) }
        texture { Skin translate <-Side * EyeX, -EyeY, -EyeZ> }
      }
      // lashes: a dark rim along the lid
      torus {
        0.177, (Lid ? 0.0125 : 0.005)
        rotate x * (Lid ? 27 : -22)
        pigment { #if (Lid) color srgb <0.09, 0.06, 0.05> #else color srgb <0.42, 0.27, 0.22> #end }
        finish { ambient 0 diffuse 0.6 }
      }
    #end
    translate <Side * EyeX, EyeY, EyeZ>
  }
#end
Eye(-1)
Eye(1)

#declare HairColour = srgb <0.27, 0.24, 0.24>;

#for (Side, -1, 1, 2)
  sphere_sweep {
    cubic_spline, 8,
    OnFace(0.08, 0.25, 0), 0.014, OnFace(0.13, 0.262, 0), 0.026, OnFace(0.21, 0.296, 0), 0.030, OnFace(0.30, 0.322, 0), 0.028,
    OnFace(0.39, 0.322, 0), 0.024, OnFace(0.47, 0.292, 0), 0.018, OnFace(0.54, 0.245, 0), 0.009, OnFace(0.57, 0.22, 0), 0.006
    scale <Side, 1, 1>
    pigment { color HairColour * 0.6 }
    normal { bumps 0.6 scale <0.05, 0.012, 0.05> }
    finish { ambient 0 diffuse 0.7 }
  }
#end

// ---- lips ------------------------------------------------------------------------------------------------------

#declare LipTexture = texture {
  pigment { color srgb <0.74, 0.42, 0.38> }
  normal { wrinkles 0.10 scale <0.02, 0.12, 0.1> }
  finish { ambient 0 diffuse 0.78 specular 0.32 roughness 0.03 }
}
// A lip follows the face; Arch lifts the corners of the mouth above its middle.
#macro Lip(Y, Arch, Fat, Out)
  sphere_sweep {
    cubic_spline, 11,
    #for (N, -5, 5)
      #local T = N / 5;
      OnFace(0.30 * T, Y + Arch * T * T * abs(T), Out * (1 - T * T)), Fat * (0.16 + 0.84 * pow(1 - T * T, 0.8))
    #end
    texture { LipTexture }
  }
#end
Lip(-0.600, 0.030, 0.034, 0.002)
Lip(-0.660, 0.090, 0.043, 0.006)
sphere_sweep {
  cubic_spline, 11,
  #for (N, -5, 5) OnFace(0.064 * N, -0.626 + 0.0022 * N * N, 0.034 - 0.0013 * N * N), 0.009 #end
  pigment { color srgb <0.35, 0.14, 0.13> }
  finish { ambient 0 diffuse 0.6 }
}

// ---- hair ------------------------------------------------------------------------------------------------------

object {
  Hair_Mesh
  texture {
    pigment {
      // the same turn about the knot as in bust.py
      function { 0.5 + 0.3 * sin(38 * atan2(x, -0.40 * (y - 0.3) + 0.92 * (z - 0.15))) + 0.2 * sin(97 * atan2(x, -0.40 * (y - 0.3) + 0.92 * (z - 0.15))) }
      color_map { [0 color HairColour * 0.55] [0.5 color HairColour] [1 color HairColour * 1.5] }
    }
    finish { ambient 0 diffuse 0.75 specular 0.22 roughness 0.06 }
  }
}

// ---- glasses ---------------------------------------------------------------------------------------------------

#declare Frame = texture { pigment { color srgb <0.80, 0.62, 0.34> } finish { ambient 0 diffuse 0.45 specular 0.9 roughness 0.01 reflection 0.12 metallic } }
union {
  #for (Side, -1, 1, 2)
    torus { 0.245, 0.012 rotate x * 90 scale <1.06, 0.92, 1> rotate <4, Side * -9, 0> translate <Side * 0.315, 0.0, -1.00> }
    sphere_sweep { linear_spline, 3, <Side * 0.565, 0.06, -0.96>, 0.014, <Side * 0.74, 0.06, -0.70>, 0.012, <Side * 0.88, 0.06, 0.05>, 0.012 }
  #end
  sphere_sweep { cubic_spline, 5, <-0.14, -0.02, -1.02>, 0.011, <-0.085, 0.03, -1.03>, 0.011, <0, 0.055, -1.045>, 0.011, <0.085, 0.03, -1.03>, 0.011, <0.14, -0.02, -1.02>, 0.011 }
  texture { Frame }
}

// ---- clothes ---------------------------------------------------------------------------------------------------

#declare Wool = texture {
  pigment { color srgb <0.56, 0.20, 0.24> }
  normal { gradient x 0.9 slope_map { [0 <0, 1>] [0.5 <0.5, 0>] [1 <0, -1>] } scale 0.055 }
  finish { ambient 0 diffuse 0.8 }
}
object { Pullover_Mesh texture { Wool } }
