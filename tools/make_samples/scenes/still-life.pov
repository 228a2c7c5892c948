// Fruit, a jug and a glass on a table by a window. One unit is ten centimetres.
#version 3.7;

global_settings {
  assumed_gamma 1.0
  max_trace_level 9
  radiosity {
    pretrace_start 0.08
    pretrace_end 0.01
    count 110
    nearest_count 12
    error_bound 0.4
    recursion_limit 2
    low_error_factor 0.6
    brightness 0.9
  }
}

camera {
  location <0.2, 2.35, -8.6>
  look_at <0.0, 1.12, 0>
  right x * image_width / image_height
  angle 41
}

light_source { <-7.5, 6.2, -3.8> color srgb <1.0, 0.94, 0.84> * 1.45 area_light <0, 3.2, 0>, <2.0, 0, -2.6>, 7, 7 adaptive 1 }
light_source { <8, 4, -8> color srgb <0.60, 0.68, 0.85> * 0.24 shadowless }

// ---- room ------------------------------------------------------------------------------------------------------

plane {
  z, 3.4
  pigment {
    spherical
    color_map { [0 srgb <0.085, 0.075, 0.07>] [1 srgb <0.30, 0.255, 0.21>] }
    scale 7
    translate <-1.8, 2.2, 3.4>
  }
  finish { ambient 0 emission 0.10 diffuse 0.5 }
}

#declare Wood = texture {
  pigment {
    wood
    turbulence 0.06
    octaves 3
    color_map { [0 srgb <0.33, 0.19, 0.11>] [0.5 srgb <0.40, 0.24, 0.14>] [1 srgb <0.28, 0.155, 0.09>] }
    scale <0.55, 0.55, 0.55>
    rotate <2, 87, 3>
    translate <0, 1.9, 0.3>
  }
  finish { ambient 0 diffuse 0.75 specular 0.12 roughness 0.05 reflection { 0.01, 0.14 } }
}
box { <-5.2, -0.3, -1.9>, <5.2, 0, 1.9> texture { Wood } }

// ---- fruit -----------------------------------------------------------------------------------------------------

#declare Mottle = function { pattern { bozo scale 0.3 } }
#declare Peel = finish { ambient 0 diffuse 0.78 specular 0.32 roughness 0.025 reflection { 0.0, 0.07 } }
#declare Stalk = texture { pigment { color srgb <0.26, 0.17, 0.09> } normal { bumps 0.5 scale 0.02 } finish { ambient 0 diffuse 0.7 } }

#macro Apple(Ground, Flush, Side)
  union {
    lathe {
      cubic_spline 13,
      <-0.09, 0.92>, <0, 0.84>, <0.07, 0.90>, <0.17, 1.02>, <0.32, 1.06>, <0.50, 0.95>, <0.585, 0.68>, <0.535, 0.37>, <0.40, 0.13>,
      <0.25, 0.02>, <0.11, 0.03>, <0, 0.10>, <-0.08, 0.16>
      texture {
        pigment {
          function { min(1, max(0, 0.62 * (x + 0.45) + 0.28 * Mottle(x, y, z))) }
          color_map { [0 color Ground] [0.28 color Ground] [0.62 color Flush] [1 color Flush * 0.72] }
          rotate y * Side
        }
        finish { Peel }
      }
    }
    sphere_sweep { cubic_spline, 5, <0, 0.7, 0>, 0.03, <0, 0.85, 0>, 0.03, <0.02, 1.05, 0>, 0.026, <0.09, 1.22, 0.01>, 0.036, <0.12, 1.3, 0.01>, 0.03 texture { Stalk } }
  }
#end

#macro Pear(Ground, Flush)
  union {
    lathe {
      cubic_spline 14,
      <-0.05, 1.62>, <0, 1.58>, <0.09, 1.585>, <0.185, 1.50>, <0.235, 1.33>, <0.285, 1.10>, <0.40, 0.86>, <0.525, 0.58>, <0.53, 0.33>,
      <0.42, 0.12>, <0.26, 0.02>, <0.11, 0.03>, <0, 0.08>, <-0.08, 0.12>
      texture {
        pigment {
          function { min(1, max(0, 0.40 + 0.55 * x + 0.16 * Mottle(2 * x, 2 * y, 2 * z))) }
          color_map { [0 color Ground] [0.55 color Ground] [1 color Flush] }
        }
        finish { Peel }
      }
      texture {
        // the small dots of a ripe pear
        pigment { bozo scale 0.022 color_map { [0 srgbt <1, 1, 1, 1>] [0.74 srgbt <0.45, 0.33, 0.12, 1>] [0.80 srgbt <0.45, 0.33, 0.12, 0.45>] [1 srgbt <0.40, 0.28, 0.10, 0.35>] } }
        finish { Peel }
      }
    }
    sphere_sweep { cubic_spline, 5, <0, 1.4, 0>, 0.03, <0, 1.56, 0>, 0.032, <0.03, 1.72, 0>, 0.026, <0.12, 1.88, 0>, 0.03, <0.16, 1.95, 0>, 0.03 texture { Stalk } }
  }
#end

#declare Rind = texture {
  pigment { color srgb <0.93, 0.73, 0.13> }
  normal { bumps 0.07 scale 0.035 }
  finish { ambient 0 diffuse 0.78 specular 0.35 roughness 0.03 }
}
#declare Lemon = lathe {
  cubic_spline 11,
  <-0.05, 1.42>, <0, 1.40>, <0.09, 1.35>, <0.17, 1.24>, <0.37, 1.05>, <0.46, 0.72>, <0.38, 0.38>, <0.20, 0.16>, <0.10, 0.08>, <0, 0.05>, <-0.06, 0.02>
  translate y * -0.72
  texture { Rind }
}

// A lemon cut across: rind, pith and ten segments.
#declare Half_Lemon = union {
  difference {
    object { Lemon rotate z * 90 }
    plane { -x, 0 }
    bounded_by { sphere { 0, 0.9 } }
  }
  cylinder { <-0.004, 0, 0>, <0.004, 0, 0>, 0.452 pigment { color srgb <0.95, 0.92, 0.76> } finish { ambient 0 diffuse 0.8 } }
  #for (N, 0, 9)
    intersection {
      cylinder { <-0.012, 0, 0>, <0.004, 0, 0>, 0.385 }
      plane { z, -0.012 }
      plane { -z, -0.012 rotate x * -32 }
      cylinder { <-1, 0.0, 0>, <1, 0, 0>, 0.05 inverse }
      rotate x * N * 36
      pigment { bozo scale <1, 0.03, 0.09> color_map { [0 srgb <0.94, 0.78, 0.26>] [1 srgb <0.98, 0.88, 0.46>] } }
      finish { ambient 0 diffuse 0.7 specular 0.6 roughness 0.01 }
    }
  #end
}

#declare Grape = sphere {
  0, 0.175
  scale <1, 1.12, 1>
  texture {
    pigment { gradient y color_map { [0 srgb <0.20, 0.05, 0.16>] [1 srgb <0.33, 0.10, 0.24>] } translate y * -0.5 scale 0.4 }
    finish { ambient 0 diffuse 0.6 specular 0.55 roughness 0.012 reflection { 0.01, 0.12 } }
  }
}

// ---- bowl, jug and glass ---------------------------------------------------------------------------------------

#declare Glaze = finish { ambient 0 diffuse 0.72 specular 0.55 roughness 0.012 reflection { 0.02, 0.16 } }

#declare Bowl = lathe {
  cubic_spline 16,
  <0, 0.16>, <0, 0.14>, <0.5, 0.16>, <1.0, 0.32>, <1.36, 0.64>, <1.50, 0.90>, <1.555, 0.925>, <1.58, 0.88>, <1.44, 0.58>, <1.08, 0.22>,
  <0.68, 0.06>, <0.62, 0.02>, <0.55, 0.0>, <0.4, 0.03>, <0, 0.04>, <0, 0.04>
  texture {
    pigment { gradient y color_map { [0.0 srgb <0.34, 0.45, 0.52>] [0.86 srgb <0.40, 0.53, 0.60>] [0.93 srgb <0.87, 0.85, 0.79>] [1 srgb <0.87, 0.85, 0.79>] } scale 0.95 }
    finish { Glaze }
  }
}

#declare Jug = union {
  lathe {
    cubic_spline 17,
    <0, 0.05>, <0, 0.0>, <0.5, 0.0>, <0.60, 0.05>, <0.78, 0.45>, <0.86, 0.95>, <0.76, 1.45>, <0.52, 1.88>, <0.42, 2.20>, <0.47, 2.48>,
    <0.56, 2.62>, <0.545, 2.66>, <0.49, 2.60>, <0.40, 2.44>, <0.36, 2.20>, <0.42, 1.85>, <0.5, 1.6>
  }
  sphere_sweep {
    cubic_spline, 8,
    <0.38, 2.2, 0>, 0.07, <0.46, 2.42, 0>, 0.075, <0.78, 2.48, 0>, 0.075, <1.02, 2.22, 0>, 0.075, <1.04, 1.82, 0>, 0.075, <0.88, 1.48, 0>, 0.08,
    <0.72, 1.34, 0>, 0.085, <0.6, 1.3, 0>, 0.08
  }
  texture {
    pigment {
      gradient y
      turbulence 0.03
      color_map {
        [0.00 srgb <0.62, 0.50, 0.38>] [0.13 srgb <0.62, 0.50, 0.38>] [0.15 srgb <0.86, 0.82, 0.73>] [0.52 srgb <0.88, 0.84, 0.76>]
        [0.525 srgb <0.22, 0.32, 0.46>] [0.55 srgb <0.22, 0.32, 0.46>] [0.555 srgb <0.88, 0.84, 0.76>] [0.575 srgb <0.88, 0.84, 0.76>]
        [0.58 srgb <0.22, 0.32, 0.46>] [0.59 srgb <0.22, 0.32, 0.46>] [0.595 srgb <0.88, 0.84, 0.76>] [1.00 srgb <0.90, 0.87, 0.79>]
      }
      scale 2.7
    }
    finish { Glaze }
  }
}

#declare Tumbler = union {
  difference {
    cone { <0, 0, 0>, 0.40, <0, 1.25, 0>, 0.50 }
    cone { <0, 0.12, 0>, 0.37, <0, 1.26, 0>, 0.475 }
    pigment { color srgbt <0.96, 0.98, 0.97, 0.96> }
    finish { ambient 0 diffuse 0 specular 0.8 roughness 0.004 reflection { 0.0, 0.9 fresnel on } conserve_energy }
    interior { ior 1.5 }
  }
  cone {
    <0, 0.1205, 0>, 0.3695, <0, 0.78, 0>, 0.4355
    pigment { color srgbt <0.96, 0.99, 1.0, 0.97> }
    finish { ambient 0 diffuse 0 specular 0.5 roughness 0.004 reflection { 0.0, 0.8 fresnel on } conserve_energy }
    interior { ior 1.33 }
  }
}

// ---- arrangement -----------------------------------------------------------------------------------------------

object { Jug rotate y * -12 translate <-1.75, 0, 0.75> }

union {
  object { Bowl }
  object { Apple(srgb <0.86, 0.70, 0.26>, srgb <0.72, 0.13, 0.10>, 75) rotate <8, 30, 14> translate <-0.62, 0.42, -0.35> }
  object { Apple(srgb <0.62, 0.70, 0.24>, srgb <0.78, 0.42, 0.20>, 150) rotate <-6, 80, -12> translate <0.52, 0.42, -0.48> }
  object { Apple(srgb <0.85, 0.64, 0.24>, srgb <0.66, 0.10, 0.09>, 170) rotate <-10, 120, 6> translate <0.02, 0.46, 0.62> }
  object { Pear(srgb <0.74, 0.70, 0.27>, srgb <0.77, 0.50, 0.20>) rotate <10, 40, -34> translate <0.30, 0.72, 0.15> }
  object { Lemon rotate <10, 40, 70> translate <-0.30, 1.30, 0.05> }
  translate <0.35, 0, 0.25>
}

object { Pear(srgb <0.70, 0.69, 0.26>, srgb <0.74, 0.40, 0.18>) rotate y * 200 translate <2.62, 0, 0.25> }
object { Half_Lemon rotate <20, 0, 0> rotate y * 122 translate <-1.25, 0.43, -1.05> }
object { Tumbler translate <-2.75, 0, -0.55> }

#declare Dice = seed(5);
union {
  #for (Row, 0, 2)
    #for (N, 0, 8 - 3 * Row)
      object {
        Grape
        rotate <360 * rand(Dice), 0, 360 * rand(Dice)>
        translate <0.30 * (N - 4 + 1.5 * Row) + 0.06 * rand(Dice), 0.17 + 0.25 * Row, (mod(N, 2) - 0.5) * 0.32 + 0.08 * rand(Dice)>
      }
    #end
  #end
  sphere_sweep { cubic_spline, 5, <-0.1, 0.8, 0>, 0.03, <0.1, 0.86, 0>, 0.03, <0.45, 0.92, 0.02>, 0.028, <0.75, 0.82, 0.1>, 0.03, <0.9, 0.78, 0.12>, 0.035 texture { Stalk } }
  rotate y * 12
  scale 0.88
  translate <1.62, 0, -1.22>
}
